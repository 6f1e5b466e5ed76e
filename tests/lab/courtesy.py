"""What the name servers that the domains of a list share are spared.

All domains are in one zone, whose two name servers take their time over each
answer. --authoritative asks them; all other questions go by a resolver, whose
address tells them apart.
"""

import json
import subprocess
import time

import entrance
from lab import RESOLVER, Lab

CASE = "ns-slow-list"
DOMAINS = 64
GOOD = 8            # domains of another zone, which is not slow
AT_ONCE = 2         # questions under way to one address
TIMEOUT = 20        # seconds, of a domain
LATE = 2            # seconds that a domain may take beyond that
LOST = 5            # seconds that a good one may lose to the others
PATIENCE = 60


def survey(lab: Lab, domains: list[str]) -> dict[str, dict]:
    """The reports of a list, by domain."""
    words = [entrance.mxdane(), *lab.options, "--allow-reserved", "--resolver",
             RESOLVER, "--authoritative", "--dns-only", "--timeout",
             str(TIMEOUT), "--format", "json", "-f", "-"]
    done = subprocess.run(words, text=True, capture_output=True,
                          input="\n".join(domains) + "\n", timeout=PATIENCE)
    if done.stderr:
        raise RuntimeError(done.stderr)
    reports = map(json.loads, done.stdout.splitlines())
    return {report["domain"]: report for report in reports}


def of_servers(lab: Lab, zone: str) -> list[str]:
    """How many questions mxdane had under way to each, at once."""
    found = []
    for server in lab.scripted, lab.second:
        most = {source: count for (source, about), count
                in server.crowd.most.items()
                if about == zone and source != RESOLVER}
        if not most:
            found.append(f"{server.address} was not asked")
        found += [f"{count} questions at once to {server.address}"
                  for count in most.values() if count > AT_ONCE]
    return found


def of_report(report: dict) -> list[str]:
    """The deadline is kept, and no server is at fault."""
    codes = {finding["code"] for finding in report["findings"]
             if finding["severity"] == "error"}
    found = []
    if report["elapsed_ms"] > (TIMEOUT + LATE) * 1000:
        found.append(f"{report['elapsed_ms']} ms")
    if report["verdict"] not in ("pass", "unknown") or codes - {"timeout"}:
        found.append(f"{report['verdict']} ({' '.join(sorted(codes))})")
    return [f"{report['domain']}: {what}" for what in found]


def compare(lab: Lab) -> list[str]:
    case = lab.cases[CASE]
    slow = [case.plain(f"d{i:02}") for i in range(1, DOMAINS + 1)]
    good = [case.plain(f"good{i}/signed") for i in range(1, GOOD + 1)]
    # An audit whose time is up leaves behind what a server still works on.
    for server in lab.scripted, lab.second:
        server.crowd.until = time.monotonic() + TIMEOUT - 1
    reports = survey(lab, good + slow)
    found = of_servers(lab, case.full("@").partition(".")[2])
    for domain in good + slow:
        found += (of_report(reports[domain]) if domain in reports
                  else [f"{domain}: no report"])
    for domain in set(good) & set(reports):
        report = reports[domain]
        if report["verdict"] != "pass" or report["elapsed_ms"] > LOST * 1000:
            found.append(f"{domain}: {report['verdict']} after "
                         f"{report['elapsed_ms']} ms")
    return found


def tests(lab: Lab) -> list:
    """Description, test, pace."""
    return [(f"{DOMAINS} domains with --authoritative put at most {AT_ONCE} "
             "questions at a time to each of two slow name servers, and end "
             "in time", compare, TIMEOUT)] if CASE in lab.cases else []
