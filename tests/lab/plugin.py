"""check_mxdane on the lab's domains: the state, and what its lines say."""

import dataclasses
import pathlib
import re
import subprocess

import crashes
import entrance
from lab import Lab

PATIENCE = 60       # seconds
SIZE = 8192         # octets, without -v
MORE = "More was left out: with -v it is all there.\n"


@dataclasses.dataclass
class Check:
    """A check of a case's domain."""

    shows: str
    case: str
    options: list[str]
    state: int
    first: str                  # in the first line, before the "|"
    below: str = ""             # in what is below it
    performance: str = ""       # in the performance data
    cut: bool = False
    pace: float = 0             # seconds that it takes


CHECKS = [
    Check("all is well", "usage-3-key", [], 0,
          r"^MXDANE OK: \S+: 1 of 1 MX hosts, 2 of 2 addresses "
          r"authenticated, signatures valid for \d+ days$",
          performance=r" addresses=2;;;0 .* signatures_percent=\d+\.\d\d%;10:"
                      r";5:$"),
    Check("the DNS alone", "usage-3-key", ["--dns-only"], 0,
          r": 1 of 1 MX hosts with usable TLSA records, signatures",
          performance=r"^time=\S+ mx=1;;;0 mx_ok=1;;;0 tlsa_records=1;;;0 "
                      r"signatures_days="),
    Check("what is expected, on each name server", "usage-3-key",
          ["--authoritative", "--expect", "3 1 1", "--expect-no", "2 1 1"], 0,
          r": 1 of 1 MX hosts"),
    Check("what is not expected", "usage-3-key", ["--expect-no", "3 1 1"], 2,
          r"^MXDANE CRITICAL: \S+: expectation-failed, mx\.", "still among"),
    Check("what it is OK about but for", "name-mismatch-beside-usage-3", [], 0,
          r", 1 warning: combination-uncovered$"),
    Check("an alias is not why there is no DANE",
          "alias-into-unsigned-without-tlsa", [], 2,
          r": tlsa-none, mx\.\S+, 1 warning: mx-target-cname$"),
    Check("more to say than monitoring systems take", "hosts-64", [], 2,
          r": tlsa-none, mx", r"tlsa-none", cut=True),
    Check("all of it", "hosts-64", ["-v"], 2, r": tlsa-none, mx",
          r"(?s)MX 10 mx1\..*MX 10 mx64\..*tlsa-none"),
    Check("a second attempt cures", "retry-by-plugin", ["-v", "-t", "4"], 0,
          r": 1 of 1 MX hosts, 2 of 2 addresses", r"info     tried-again",
          pace=3),
    Check("a second attempt does not cure", "retry-refused", ["-t", "4"], 2,
          r": connect-failed, mx\.\S+ \[[\d.]+\]$", r"it was tried 2 times",
          pace=3),
    Check("and there is none", "retry-refused", ["--retry", "0"], 2,
          r": connect-failed, mx\.", r"Connection refused\n"),
]


def complaints(lab: Lab, check: Check) -> list[str]:
    plugin = pathlib.Path(entrance.mxdane()).with_name("check_mxdane")
    words = [str(plugin), *crashes.options(lab), "-H",
             lab.cases[check.case].plain("@"), *check.options]
    done = subprocess.run(words, text=True, capture_output=True,
                          timeout=PATIENCE)
    first, _, below = done.stdout.partition("\n")
    text, _, performance = first.partition(" | ")
    found = []
    if done.returncode != check.state:
        found.append(f"state {done.returncode}, not {check.state}")
    for pattern, where in ((check.first, text), (check.below, below),
                           (check.performance, performance)):
        if not re.search(pattern, where):
            found.append(f"no {pattern!r} in {where!r}")
    if re.search(r"=U|;U", performance):
        found.append(f"what is not known is not left out: {performance!r}")
    size = len(done.stdout.encode())
    if "-v" not in check.options and size > SIZE:
        found.append(f"{size} octets")
    if below.endswith(MORE) != check.cut:
        found.append(f"it ends {below[-len(MORE):]!r}")
    return found + ([f"it says {done.stderr!r}"] if done.stderr else [])


def tests(lab: Lab) -> list:
    """What can be tried with the lab's domains: description, test, pace."""
    return [(check.shows, lambda lab, check=check: complaints(lab, check),
             check.pace) for check in CHECKS if check.case in lab.cases]
