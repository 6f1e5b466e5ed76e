"""Holds each audit of the lab against its own record.

What was seen is recorded (--record), and judged again from that alone, with the
same options: the report must be the same, octet for octet, and so must the exit
status. Compared with its own record, or its own report in JSON, nothing may
have changed.
"""

import pathlib
import shlex
import subprocess

from case import Case
from lab import Lab

# Options about gathering that --replay refuses, or about where a report goes,
# or what is judged again, each with an argument.
LEFT_OUT = {"--chain", "--connect", "--wait", "-f", "--file", "-o", "--output",
            "--repeat", "--replay", "--retry"}


def record_file(lab: Lab, case: Case) -> pathlib.Path:
    """Where an audit of the case is to be recorded."""
    folder = lab.work / "records"
    folder.mkdir(exist_ok=True)
    file = folder / f"{case.name}.rec"
    file.unlink(missing_ok=True)
    return file


def without_gathering(words: list[str]) -> list[str]:
    """The command line, without what --replay refuses."""
    kept, words = [], list(words)
    while words:
        word = words.pop(0)
        if word in LEFT_OUT:
            words.pop(0)
        else:
            kept.append(word)
    return kept


def run(words: list[str]) -> subprocess.CompletedProcess:
    return subprocess.run(words, text=True, capture_output=True,
                          errors="replace", timeout=60)


def replayed(words: list[str], status: int, report: str) -> list[str]:
    """Whether the record makes the same report."""
    done = run(words)
    found = []
    if done.stdout != report:
        found.append(f"judged again from its record, the report is "
                     f"{done.stdout!r}")
    if done.returncode != status:
        found.append("judged again from its record, the exit status is "
                     f"{done.returncode}")
    if found:
        found.append(f"by {shlex.join(words)}: {done.stderr}")
    return found


def unchanged(words: list[str], since: pathlib.Path) -> list[str]:
    """Whether nothing is said to have changed since itself."""
    done = run([*words, "-q", "--format", "text", "--since", str(since)])
    if done.stdout or done.returncode != 0:
        return [f"compared with its own {since.suffix}, exit status "
                f"{done.returncode}: {done.stdout}{done.stderr}"]
    return []


def complaints(words: list[str], record: pathlib.Path, status: int,
               report: str) -> list[str]:
    """What is wrong with the record that the command WORDS has made."""
    if not report or not record.exists():
        return []
    words = [*without_gathering(words), "--replay", str(record)]
    found = replayed(words, status, report)
    found += unchanged(words, record)
    if report.startswith("{"):
        earlier = record.with_suffix(".json")
        earlier.write_text(report)
        found += unchanged(words, earlier)
    return found
