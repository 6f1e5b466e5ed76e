"""What becomes of a run that may have few descriptors.

As many as there are, no verdict is another than with plenty; with less than one
audit needs, nothing is begun, and a sentence says so.
"""

import pathlib
import resource
import subprocess

import crashes
import entrance
from lab import Lab

DOMAINS = 30
LEAST = 32          # as descriptors.c makes it
FEW = (32, 40, 64)
PATIENCE = 120                          # seconds, for anything here


def run(words: list[str], descriptors: int | None,
        text: str = "") -> subprocess.CompletedProcess:
    def limit() -> None:
        if descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE,
                               (descriptors, descriptors))

    return subprocess.run(words, input=text, text=True, capture_output=True,
                          preexec_fn=limit, timeout=PATIENCE)


def audit(lab: Lab, domains: list[str], descriptors: int | None,
          *more: str) -> subprocess.CompletedProcess:
    """A list on standard input, or the one domain."""
    words = [entrance.mxdane(), *crashes.options(lab), "--format", "json",
             *more]
    if len(domains) == 1:
        return run([*words, *domains], descriptors)
    return run([*words, "-f", "-"], descriptors, "\n".join(domains) + "\n")


def all_right(lab: Lab, *more: str, least: int) -> list[str]:
    """The same verdicts with few descriptors as with plenty."""
    domains = crashes.quick_domains(lab)[:DOMAINS]
    wanted = audit(lab, domains, None, *more)
    found = []
    for descriptors in (least, *(few for few in FEW if few > least)):
        got = audit(lab, domains, descriptors, *more)
        if (crashes.verdicts(got.stdout) != crashes.verdicts(wanted.stdout)
                or got.returncode != wanted.returncode or got.stderr):
            found.append(f"{descriptors} descriptors: status {got.returncode}, "
                         f"{crashes.verdicts(got.stdout)} {got.stderr}")
    return found


def few_for_a_list(lab: Lab) -> list[str]:
    return (all_right(lab, least=LEAST)
            + all_right(lab, "--jobs", "4", least=LEAST))


def few_for_name_servers(lab: Lab) -> list[str]:
    return all_right(lab, "--authoritative", least=LEAST)


def too_few(lab: Lab) -> list[str]:
    """From what the dynamic linker needs up to one less than there must be."""
    domain = crashes.quick_domains(lab)[0]
    plugin = pathlib.Path(entrance.mxdane()).with_name("check_mxdane")
    found = []
    for descriptors in range(5, LEAST):
        said = (f"needs at least {LEAST} descriptors, has {descriptors} (see "
                "\"ulimit -n\")\n")
        for words, wanted in (
                ([entrance.mxdane(), domain], (70, "", "mxdane: " + said)),
                ([str(plugin), "-H", domain],
                 (3, "MXDANE UNKNOWN: " + said, ""))):
            done = run(words, descriptors)
            got = (done.returncode, done.stdout, done.stderr)
            if got != wanted:
                found.append(f"{descriptors} descriptors: {got}")
    return found


def enough_for_one(lab: Lab) -> list[str]:
    """One audit, with the least that it needs; the plugin, too."""
    case = lab.cases["usage-3-key"]
    plugin = pathlib.Path(entrance.mxdane()).with_name("check_mxdane")
    found = []
    done = audit(lab, [case.plain("@")], LEAST)
    if done.returncode != 0 or done.stderr:
        found.append(f"status {done.returncode}: {done.stderr}")
    done = run([str(plugin), *crashes.options(lab), "-H", case.plain("@")],
               LEAST)
    if done.returncode != 0 or done.stdout.count("\n") != 1 or done.stderr:
        found.append(f"status {done.returncode}: {done.stdout}{done.stderr}")
    return found


OF_ONE = [
    ("less than one audit needs: nothing is begun, and that is said", too_few,
     3),
    ("the least that one audit needs is enough", enough_for_one, 1),
]
OF_A_LIST = [
    ("a list of 30 domains has the same verdicts as with plenty",
     few_for_a_list, 8),
    ("--authoritative has the same verdicts as with plenty",
     few_for_name_servers, 12),
]


def tests(lab: Lab) -> list:
    """What can be tried with the lab's domains: description, test, pace."""
    return ((OF_ONE if "usage-3-key" in lab.cases else [])
            + (OF_A_LIST if len(crashes.quick_domains(lab)) >= DOMAINS
               else []))
