"""What a domain of a list cannot take from the others.

Its 640 addresses answer nothing while these tests run: connections to them are
made to a socket whose backlog is full.
"""

import contextlib
import json
import socket
import subprocess
import time

import entrance
from case import Case
from lab import Lab

CASE = "hostile-silent"
PORT = "2525"
NETWORK = "198.20.0.0/16"
GOOD = 12
SILENT = 16         # domains, each with a host of 32 addresses
TIMEOUT = 6         # seconds that each domain has
LOST = 2            # seconds that a good one may lose to the others
PATIENCE = 90


@contextlib.contextmanager
def silence():
    """Nobody accepts what comes to the network, and soon nobody is answered."""
    route = ["ip", "route", "add", "local", NETWORK, "dev", "lo"]
    subprocess.run(route, check=True)
    address = ("198.20.0.1", int(PORT))
    with contextlib.ExitStack() as sockets:
        deaf = sockets.enter_context(socket.socket())
        # Beside the servers that have this port at their own addresses.
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        deaf.bind(("", int(PORT)))
        deaf.listen(0)
        for _ in range(8):
            caller = sockets.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(address)
        yield
    route[2] = "delete"
    subprocess.run(route, check=True)


def connecting() -> int:
    """How many connections to the network have not come about yet."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file][1:]
    return sum(row[2][4:8] == "14C6" and row[3] == "02" for row in rows)


def settle() -> None:
    """Until there are as many as there are going to be."""
    counts = [0]
    deadline = time.monotonic() + TIMEOUT / 2
    while time.monotonic() < deadline and (
            not counts[-1] or len(set(counts[-5:])) > 1 or len(counts) < 5):
        time.sleep(0.1)
        counts.append(connecting())


def survey(lab: Lab, first: list[str], then: list[str]) -> dict[str, dict]:
    """The reports of a list, by domain; some come when others are at work."""
    words = [entrance.mxdane(), *lab.options, "--allow-reserved", "-p", PORT,
             "--max-endpoints", "4096", "--timeout", str(TIMEOUT), "--format",
             "json", "-f", "-"]
    process = subprocess.Popen(words, text=True, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    process.stdin.write("\n".join(first) + "\n")
    process.stdin.flush()
    settle()
    output, _ = process.communicate("\n".join(then) + "\n",
                                    timeout=PATIENCE)
    reports = map(json.loads, output.splitlines())
    return {report["domain"]: report for report in reports}


def compare(lab: Lab, hostile: list[str]) -> list[str]:
    """The good ones beside the others are as they are by themselves."""
    case = lab.cases[CASE]
    good = [case.plain(f"good{i}") for i in range(1, GOOD + 1)]
    with silence():
        beside = survey(lab, hostile, good)
    found = []
    for domain in good:
        report = beside[domain]
        if report["verdict"] != "pass" or report["elapsed_ms"] > LOST * 1000:
            found.append(f"{domain}: {report['verdict']} after "
                         f"{report['elapsed_ms']} ms: {report['findings']}")
    for domain in hostile:
        report = beside[domain]
        endpoints = [each for host in report["hosts"]
                     for each in host["endpoints"]]
        if report["verdict"] != "unknown" or not endpoints or any(
                each["stage"] != "connect" for each in endpoints):
            found.append(f"{domain}: {report['verdict']}, {endpoints[:3]}")
        if report["elapsed_ms"] > (2 * TIMEOUT + LOST) * 1000:
            found.append(f"{domain}: {report['elapsed_ms']} ms")
    return found


def beside_one(lab: Lab) -> list[str]:
    """640 addresses, of one domain."""
    return compare(lab, [lab.cases[CASE].plain("@")])


def beside_many(lab: Lab) -> list[str]:
    """As many connections as there are, of 16 domains."""
    case = lab.cases[CASE]
    return compare(lab, [case.plain(f"s{i}") for i in range(1, SILENT + 1)])


def tests(lab: Lab) -> list:
    """Description, test, pace."""
    return [(f"{GOOD} domains pass as if alone beside one with 640 addresses "
             "that never answer, and beside 16 with 32 each",
             lambda lab: beside_one(lab) + beside_many(lab),
             5 * TIMEOUT)] if CASE in lab.cases else []
