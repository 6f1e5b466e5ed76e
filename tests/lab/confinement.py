"""What the kernel says of the rights of the programs while they audit.

tests/unit/run/test_confine.c tries what can be done without them; here it is
seen that the programs, and all of their threads, have given them up.
"""

import os
import pathlib
import signal
import subprocess
import time

import crashes
import entrance
from lab import Lab

PATIENCE = crashes.PATIENCE


def built() -> str:
    """What --version says: "landlock, seccomp"."""
    said = subprocess.run([entrance.mxdane(), "--version"], text=True,
                          capture_output=True).stdout
    return said.partition("confinement: ")[2].strip()


def threads(process: int) -> list[dict[str, str]]:
    """The status of each thread: {"Seccomp": "2", ...}."""
    tasks = pathlib.Path(f"/proc/{process}/task").iterdir()
    return [dict(line.split(":", 1) for line in
                 (task / "status").read_text().splitlines())
            for task in tasks]


def faults(who: str, process: int, filters: int, least: int) -> list[str]:
    """What a process of so many threads at LEAST has kept."""
    confinement = built()
    wanted = {}
    if not confinement.startswith("none"):
        wanted["NoNewPrivs"] = "1"
    if "seccomp" in confinement and "seccomp (not" not in confinement:
        wanted["Seccomp"] = "2"
        wanted["Seccomp_filters"] = str(filters)
    seen = threads(process)
    found = [f"{who}: {name} is {status[name].strip()}, not {value}"
             for status in seen for name, value in wanted.items()
             if status.get(name, value).strip() != value]
    if len(seen) < least:
        found.append(f"{who}: only {len(seen)} threads")
    return found


def of_both(parent: subprocess.Popen, address: str) -> list[str]:
    """What parent and worker have kept when it has connected there."""
    worker = crashes.await_worker(parent, set())
    if worker is None:
        return [f"it ended: {parent.communicate()}"]
    while not crashes.has_met(worker, address) and parent.poll() is None:
        time.sleep(0.01)
    # The worker has its parent's filter, and its own; libunbound's thread, too.
    found = faults("the parent", parent.pid, 1, 1) + \
        faults("the worker", worker, 2, 2)
    parent.send_signal(signal.SIGTERM)
    return found


def look_at_mxdane(lab: Lab) -> list[str]:
    """Each of its threads, and what -v says."""
    _, domain, address = crashes.slow_case(lab)
    parent = crashes.start([entrance.mxdane(), *crashes.options(lab), "-v",
                            "--timeout", "20", domain])
    found = of_both(parent, address)
    _, errors = parent.communicate(timeout=PATIENCE)
    said = built()
    if said.startswith("none"):
        said = "not confined: built without"
    elif "(not" not in said:
        said = f"confined by {said}"
    else:
        said = ": not in this kernel"
    for who in "parent", "worker":
        if not any(line.startswith(f"* {who}: ") and said in line
                   for line in errors.splitlines()):
            found.append(f"-v does not say that the {who} is {said}: {errors}")
    return found


def look_at_plugin(lab: Lab) -> list[str]:
    """The same of check_mxdane."""
    _, domain, address = crashes.slow_case(lab)
    plugin = pathlib.Path(entrance.mxdane()).with_name("check_mxdane")
    parent = crashes.start([str(plugin), *crashes.options(lab), "-t", "20",
                            "-H", domain])
    found = of_both(parent, address)
    parent.communicate(timeout=PATIENCE)
    return found


def count_processors(lab: Lab) -> list[str]:
    """--jobs 0 asks for their number before it may no longer be read."""
    _, domain, _ = crashes.slow_case(lab)
    expected = min(os.cpu_count() or 1, 64)
    parent = crashes.start([entrance.mxdane(), *crashes.options(lab),
                            "--timeout", "20", "--jobs", "0",
                            *[f"{number}.{domain}" for number in range(64)],
                            domain])
    seen: set[int] = set()
    while len(seen) < expected and parent.poll() is None:
        seen = set(crashes.workers(parent))
        time.sleep(0.01)
    parent.send_signal(signal.SIGTERM)
    _, errors = parent.communicate(timeout=PATIENCE)
    if len(seen) == expected:
        return []
    return [f"{len(seen)} workers for {expected} processors: {errors}"]


def tests(lab: Lab) -> list:
    """What can be tried with the lab's domains: description, test, pace."""
    return [] if crashes.SLOW not in lab.cases else [
        ("mxdane: parent and worker have given up their rights",
         look_at_mxdane, 3),
        ("check_mxdane: parent and worker have given up their rights",
         look_at_plugin, 3),
        ("--jobs 0: as many workers as processors", count_processors, 3),
    ]
