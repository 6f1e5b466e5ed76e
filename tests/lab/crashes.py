"""What becomes of a run whose workers die, or hang, or are many.

A worker is a child of mxdane; here it is killed by signals, as a bug in a
library that parses what strangers send would.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import tempfile
import time

import entrance
from case import Case
from lab import Lab

SLOW = "timeout-silent"         # says nothing at one address until the deadline
KILLS = 12                      # in a list
LIST_LEAST = 50                 # domains, for a list
PATIENCE = 60                   # seconds, for anything here


def options(lab: Lab) -> list[str]:
    return [*lab.options, "--allow-reserved"]


def workers(parent: subprocess.Popen) -> list[int]:
    """The processes whose parent it is."""
    path = pathlib.Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    try:
        return [int(word) for word in path.read_text().split()]
    except OSError:
        return []


def await_worker(parent: subprocess.Popen, but: set[int]) -> int | None:
    """A worker that is none of those; None: mxdane has ended before."""
    while parent.poll() is None:
        for worker in workers(parent):
            if worker not in but:
                return worker
        time.sleep(0.002)
    return None


def has_met(worker: int, address: str) -> bool:
    """Whether the worker has connected there: SLOW has begun then."""
    done = subprocess.run(["ss", "-Htnp", "state", "established", "dst",
                           address], text=True, capture_output=True)
    return f"pid={worker}," in done.stdout


def start(words: list[str], **more) -> subprocess.Popen:
    """In a sanitized build, too, a signal is to kill."""
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0"
    return subprocess.Popen(words, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE,
                            env=os.environ | {"ASAN_OPTIONS": sanitizer},
                            **more)


def kill_when_met(parent: subprocess.Popen, address: str, number: int,
                  times: int) -> int:
    """Sends each worker in turn the signal when it talks to the address."""
    killed: set[int] = set()
    while len(killed) < times:
        worker = await_worker(parent, killed)
        if worker is None:
            break
        while not has_met(worker, address) and parent.poll() is None:
            time.sleep(0.01)
        # What it has gathered by now is on its way.
        time.sleep(0.1)
        try:
            os.kill(worker, number)
        except ProcessLookupError:
            continue
        killed.add(worker)
    return len(killed)


def slow_case(lab: Lab) -> tuple[Case, str, str]:
    case = lab.cases[SLOW]
    return case, case.plain("@"), lab.address(case, "silent", 4)


def survive_one(lab: Lab) -> list[str]:
    """One death is made good: the report is what it would have been."""
    _, domain, address = slow_case(lab)
    words = [entrance.mxdane(), *options(lab), "--format", "json",
             "--timeout", "3", domain]
    parent = start(words)
    kills = kill_when_met(parent, address, signal.SIGSEGV, 1)
    output, errors = parent.communicate(timeout=PATIENCE)
    report = json.loads(output)
    codes = {finding["code"] for finding in report["findings"]}
    found = []
    if kills != 1:
        found.append(f"{kills} workers were killed")
    if "internal-crash" in codes or "timeout" not in codes:
        found.append(f"the findings are {sorted(codes)}")
    if "worker process died (killed by signal 11" not in errors:
        found.append(f"standard error says {errors!r}")
    return found


def give_up_after_two(lab: Lab) -> list[str]:
    """Two deaths: unknown, with what had been gathered, and its record."""
    _, domain, address = slow_case(lab)
    record = lab.work / "crash.rec"
    words = [entrance.mxdane(), *options(lab), "--format", "json",
             "--timeout", "20", "--record", str(record), domain]
    parent = start(words)
    kills = kill_when_met(parent, address, signal.SIGSEGV, 2)
    output, errors = parent.communicate(timeout=PATIENCE)
    report = json.loads(output)
    crash = [finding for finding in report["findings"]
             if finding["code"] == "internal-crash"]
    found = []
    if kills != 2:
        found.append(f"{kills} workers were killed: {errors}")
    if report["verdict"] != "unknown" or parent.returncode != 3:
        found.append(f"{report['verdict']}, status {parent.returncode}")
    if len(crash) != 1 or "signal 11" not in crash[0]["text"] \
            or "--record" not in crash[0]["advice"]:
        found.append(f"internal-crash: {crash}")
    if report["mx"]["dnssec"] != "secure" or not report["hosts"]:
        found.append(f"what had been gathered is not there: {output}")
    again = subprocess.run([entrance.mxdane(), "--format", "json", "--replay",
                            str(record)], text=True, capture_output=True)
    if again.stdout != output or again.returncode != 3:
        found.append(f"the record makes {again.stdout}{again.stderr} "
                     f"of {output}")
    return found


def survive_a_hang(lab: Lab) -> list[str]:
    """A worker that is stopped is one that hangs."""
    _, domain, address = slow_case(lab)
    words = [entrance.mxdane(), *options(lab), "--format", "json",
             "--timeout", "2", domain]
    parent = start(words)
    kills = kill_when_met(parent, address, signal.SIGSTOP, 1)
    output, errors = parent.communicate(timeout=PATIENCE)
    found = []
    if kills != 1 or "worker process died (hung" not in errors:
        found.append(f"standard error says {errors!r}")
    if "internal-crash" in output or '"timeout"' not in output:
        found.append(f"the report is {output}")
    return found


def plugin_says_unknown(lab: Lab) -> list[str]:
    """check_mxdane: one line, UNKNOWN."""
    _, domain, address = slow_case(lab)
    plugin = pathlib.Path(entrance.mxdane()).with_name("check_mxdane")
    parent = start([str(plugin), *options(lab), "-t", "20", "-H", domain])
    kill_when_met(parent, address, signal.SIGSEGV, 1)
    output, _ = parent.communicate(timeout=PATIENCE)
    wanted = (f"MXDANE UNKNOWN: {domain}: internal-crash: killed by signal 11 "
              "(Segmentation fault)\n")
    if output == wanted and parent.returncode == 3:
        return []
    return [f"status {parent.returncode}: {output!r}"]


def quick_domains(lab: Lab) -> list[str]:
    """Domains that are well, or not, at once and every time."""
    return [case.plain("@") for case in lab.cases.values()
            if case.run == "<@>" and case.allow_reserved and not case.needs
            and not case.answers and not case.talks
            and all(plan.does == "normal" and not plan.machines
                    for plan in case.server.values())]


def verdicts(output: str) -> list[tuple[str, str]]:
    return [(report["domain"], report["verdict"])
            for report in map(json.loads, output.splitlines())]


def survey(lab: Lab, domains: list[str], *more: str) -> subprocess.Popen:
    with tempfile.NamedTemporaryFile("w", dir=lab.work, suffix=".list",
                                     delete=False) as file:
        file.write("\n".join(domains) + "\n")
    return start([entrance.mxdane(), *options(lab), "--format", "json", *more,
                  "-f", file.name])


def kill_at_random(parent: subprocess.Popen, seconds: float,
                   count: int) -> int:
    """SIGSEGV for whatever worker there is, at moments over SECONDS."""
    chance = random.Random(7672)
    killed = 0
    for moment in sorted(chance.uniform(0, seconds) for _ in range(count)):
        time.sleep(max(0.0, seconds / count * chance.random()))
        found = workers(parent)
        if not found:
            continue
        try:
            os.kill(chance.choice(found), signal.SIGSEGV)
            killed += 1
        except ProcessLookupError:
            pass
    return killed


def lose_nothing(lab: Lab) -> list[str]:
    """SIGSEGV at random moments of a list: all other verdicts as without."""
    domains = quick_domains(lab) * 4
    began = time.monotonic()
    undisturbed, _ = survey(lab, domains).communicate(timeout=PATIENCE)
    seconds = time.monotonic() - began
    parent = survey(lab, domains, "--jobs", "2")
    killed = kill_at_random(parent, seconds, KILLS)
    output, errors = parent.communicate(timeout=PATIENCE)
    expected, got = verdicts(undisturbed), verdicts(output)
    found = []
    if killed < KILLS // 2:
        found.append(f"only {killed} workers were killed")
    if [domain for domain, _ in got] != [domain for domain, _ in expected]:
        found.append(f"{len(got)} reports of {len(expected)}, or another "
                     f"order: {errors}")
    crashed = {report["domain"] for report in map(json.loads,
                                                  output.splitlines())
               if any(finding["code"] == "internal-crash"
                      for finding in report["findings"])}
    found += [f"{domain}: {verdict}, but undisturbed {other}"
              for (domain, verdict), (_, other) in zip(got, expected)
              if verdict != other and domain not in crashed]
    return found


def share_a_list(lab: Lab) -> list[str]:
    """--jobs: the same reports in the same order; each visits a server once."""
    domains = quick_domains(lab)
    one, _ = survey(lab, domains).communicate(timeout=PATIENCE)
    many, errors = survey(lab, domains, "--jobs",
                          "3").communicate(timeout=PATIENCE)
    if verdicts(one) != verdicts(many) or errors:
        return [f"--jobs 3 makes {verdicts(many)} of {verdicts(one)}, and "
                f"says {errors!r}"]
    return []


# Of a worker's fate in the middle of something slow, and of a list.
OF_ONE = [
    ("a worker that dies is replaced, and its domain tried again",
     survive_one, 6),
    ("a domain that costs two workers is unknown, with what was gathered",
     give_up_after_two, 6),
    ("a worker that hangs is killed beyond the deadline", survive_a_hang, 20),
    ("check_mxdane: a crash is UNKNOWN, in one line", plugin_says_unknown, 3),
]
OF_A_LIST = [
    ("SIGSEGV at random moments of a list costs no other domain anything",
     lose_nothing, 10),
    ("--jobs: several workers make the same reports in the same order",
     share_a_list, 5),
]


def tests(lab: Lab) -> list:
    """What can be tried with the lab's domains: description, test, pace."""
    return ((OF_ONE if SLOW in lab.cases else [])
            + (OF_A_LIST if len(quick_domains(lab)) >= LIST_LEAST else []))
