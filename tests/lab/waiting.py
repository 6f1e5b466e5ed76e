"""What mxdane --wait tells of when a signal ends it, in the midst of a try.

Its standard error is a terminal, on which it says how far it is.
"""

import os
import pathlib
import re
import select
import shlex
import signal
import subprocess
import time
import xml.etree.ElementTree
from collections.abc import Callable

import entrance
from lab import Lab

# A domain that is done at once, and one whose mail server never says a word.
QUICK, SLOW = "usage-3-key", "timeout-silent"
# Nobody has this record: each try fails.
NEVER = ["--expect", "3 1 1 00"]
# How far it is when the signal comes.
UNDER_WAY = rb"1 done, 1 under way"
PATIENCE = 60       # seconds until it is so far, at most


class Run:
    """A run of mxdane, and what it says on its terminal."""

    def __init__(self, words: list[str]):
        self.terminal, end = os.openpty()
        self.said = b""
        # A job in the background has SIGINT ignored, and so would this.
        self.process = subprocess.Popen(
            ["env", "--default-signal=INT", *words], stdout=subprocess.PIPE,
            stderr=end, text=True)
        os.close(end)

    def read(self, limit: float) -> bool:
        """More of what it says; False: it says nothing any more."""
        # Not select(): the lab has more descriptors open than that takes.
        poll = select.poll()
        poll.register(self.terminal, select.POLLIN)
        if not poll.poll(max(0, 1000 * limit)):
            return False
        try:
            octets = os.read(self.terminal, 4096)
        except OSError:     # the other end is closed
            return False
        self.said += octets
        return bool(octets)

    def wait_for(self, pattern: bytes) -> bool:
        """Waits until it says this, after what it has said so far."""
        began, deadline = len(self.said), time.monotonic() + PATIENCE
        while not re.search(pattern, self.said[began:]):
            if not self.read(deadline - time.monotonic()):
                return False
        return True

    def end(self) -> str:
        """Ends it as a user does; what it wrote to standard output."""
        self.process.send_signal(signal.SIGINT)
        # A terminal that nobody reads holds up who writes to it.
        while self.read(PATIENCE):
            pass
        out = self.process.communicate(timeout=PATIENCE)[0]
        os.close(self.terminal)
        return out


def command(lab: Lab, *options: str) -> list[str]:
    names = [lab.cases[name].plain("@") for name in (QUICK, SLOW)]
    return [entrance.mxdane(), *lab.options, "--allow-reserved", *NEVER,
            "--wait", "5m", *options, *names]


def complaints(run: Run, *said: str) -> list[str]:
    """How it ended, and whether it says this and the like."""
    text = run.said.decode(errors="replace")
    found = [f"does not say {line!r}: {text!r}" for line in said
             if line not in text]
    if run.process.returncode != -signal.SIGINT:
        found.append(f"exit status {run.process.returncode}: {text!r}")
    return found


def end_first(lab: Lab) -> list[str]:
    """In the first try: what is done is reported, and replaces no report."""
    kept = lab.work / "waiting.json"
    words = command(lab, "--timeout", "60")
    run = Run(words)
    if not run.wait_for(UNDER_WAY):
        return [f"{shlex.join(words)}: {run.said!r}"]
    out = run.end()
    found = complaints(run, "stopped: 1 done, 1 given up")
    # The reports' first lines; what else they have is indented, or is about
    # findings.
    first = [line.split()[0] for line in out.splitlines()
             if " DNSSEC " in line and line[0] != " "]
    if first != [lab.cases[QUICK].plain("@")]:
        found.append(f"reports {out!r}")
    kept.write_text("before")
    run = Run(command(lab, "--timeout", "60", "--format", "junit", "-o",
                      str(kept)))
    if run.wait_for(UNDER_WAY):
        run.end()
    if kept.read_text() != "before":
        found.append(f"half a report: {kept.read_text()}")
    return found


def suites(file: pathlib.Path) -> list[str]:
    return [suite.get("name", "") for suite in
            xml.etree.ElementTree.parse(file).getroot().iter("testsuite")]


def end_second(lab: Lab) -> list[str]:
    """In a later try: the others are reported as of the one before."""
    kept = lab.work / "waiting.xml"
    words = command(lab, "--timeout", "5", "--format", "junit", "-o",
                    str(kept))
    run = Run(words)
    if not (run.wait_for(rb"try 1: .*; again in") and
            run.wait_for(UNDER_WAY)):
        return [f"{shlex.join(words)}: {run.said!r}"]
    run.end()
    found = complaints(run, "stopped: 1 done, 1 given up",
                       "the report is that of try 2 for 1 of 2 domains, and "
                       "else of try 1")
    wanted = [lab.cases[name].plain("@") for name in (QUICK, SLOW)]
    if suites(kept) != wanted:
        found.append(f"reports {suites(kept)}")
    return found


def tests(lab: Lab) -> list[tuple[str, Callable[[Lab], list[str]], float]]:
    """What is tried, how, and about how many seconds it takes."""
    if QUICK not in lab.cases or SLOW not in lab.cases:
        return []
    return [("a signal in the first try: what is done is told", end_first, 4),
            ("a signal in a later one: the rest is told as of the one before",
             end_second, 14)]
