"""Advice of reports: follows it in the zones, and audits again.

Each advice that names records is tried by itself, word for word. Then the
finding is gone, and no verdict worse.
"""

import collections
import concurrent.futures
import dataclasses
import json
import re
import subprocess
from collections.abc import Callable

import checks
import wire
from case import Case
from lab import Lab
from zones import Record, Zone

STEP = re.compile(r"(publish|remove)  +(\S+) IN (\S+) (.*)")
# Types of which an alias may be the neighbour (RFC 4034 2.3, 3, 4).
BESIDE_ALIAS = {"RRSIG", "NSEC", "NSEC3"}
# From bad to good, as exit statuses are added up.
RANK = {"fail": 0, "unknown": 1, "none": 2, "partial": 2, "pass": 3, None: 3}
PATIENCE = 60       # seconds

# Advice that is not followed, by its code, and why.
UNTRIED = {
    "ds-mismatch": "the lab makes the DS records of its zones itself",
    "ds-missing": "the same",
    "algorithm-deprecated": "the same",
}
# Cases in which following it cannot show, and why.
EXEMPT = {
    "unusable-no-data": "the odd record is the scripted server's alone",
    "nxname-tlsa": "the name server says that there is none, whatever is",
    "keys-second-refused": "the server does something else the second time",
    "keys-second-closes-at-once": "the same",
    "keys-second-resets": "the same",
    "keys-second-speaks-http": "the same",
    "keys-second-answers-starttls-with-454": "the same",
}
# Where the advice about reports (RFC 8460) is followed: it is everywhere.
ABOUT_REPORTS = re.compile("tlsrpt|wildcard|advice-|alias|dname")


@dataclasses.dataclass(frozen=True)
class Step:
    """A record to publish, or to remove."""

    verb: str
    owner: str          # absolute
    type: str
    data: str


@dataclasses.dataclass
class Trial:
    """One advice: of several, joined by "or", each is one."""

    case: Case
    words: list[str]    # the command
    report: dict        # from before
    finding: dict
    steps: list[Step]

    @property
    def name(self) -> str:
        return f"{self.case.name}: {self.finding['code']}: " + "; ".join(
            f"{step.verb} {step.owner} {step.type} {step.data[:24]}"
            for step in self.steps)


def alternatives(advice: str) -> list[list[Step]]:
    """The steps of each way out; words between them say where one ends."""
    found: list[list[Step]] = [[]]
    for line in advice.splitlines():
        step = STEP.fullmatch(line)
        if step:
            found[-1].append(Step(*step.groups()))
        elif line.startswith("or ") or line.endswith((", or", " or")):
            found.append([])
    return [steps for steps in found if steps]


def audit(words: list[str]) -> dict | None:
    """The report, where there is one, and only one."""
    done = subprocess.run(words, text=True, capture_output=True,
                          errors="replace", timeout=PATIENCE)
    lines = done.stdout.splitlines()
    return json.loads(lines[0]) if len(lines) == 1 else None


def commands(lab: Lab, case: Case) -> list[list[str]]:
    """The case's own, and one that talks with hosts without TLSA records."""
    words = checks.command(lab, case)
    return [words, [*words, "--all"]]


def is_simple(case: Case) -> bool:
    """Whether there is one domain, seen once and as it is."""
    return not (case.name in EXEMPT or case.record or case.then
                or case.chance or case.stdin or case.output
                or case.expect.verdicts
                or re.search(r"--(chain|connect|record|wait|format|self-test"
                             r"|since|state|replay|dns-only|resolver)"
                             r"|(^| )-[fv]", case.run))


def is_followed(case: Case, code: str) -> bool:
    if code == "tlsrpt-none":
        return ABOUT_REPORTS.search(case.name) is not None
    return code not in UNTRIED


def trials(lab: Lab, case: Case) -> list[Trial]:
    found, seen = [], set()
    for words in commands(lab, case):
        report = audit(words)
        for finding in report["findings"] if report else []:
            if not is_followed(case, finding["code"]):
                continue
            for steps in alternatives(finding["advice"] or ""):
                key = identity(report, finding), tuple(steps)
                if key not in seen:
                    found.append(Trial(case, words, report, finding, steps))
                seen.add(key)
    return found


# --- in the zones


def zone_of(zones: dict[str, Zone], step: Step) -> Zone:
    """The last one that has the name; DS records are the parent's."""
    return max((zone for zone in zones.values()
                if ("." + step.owner).endswith("." + zone.name.lstrip("."))
                and not (step.type == "DS" and zone.name == step.owner)),
               key=lambda zone: len(zone.name))


def octets(type_: str, data: str) -> bytes:
    """RDATA, to compare."""
    if data.startswith(r"\#"):
        return bytes.fromhex("".join(data.split()[2:]))
    return wire.rdata(type_, data)


def impossible(zone: Zone, step: Step) -> list[str]:
    """Why no zone can have the record there."""
    here = {record.type for record in zone.records
            if record.owner.lower() == step.owner} - BESIDE_ALIAS
    found = []
    if step.type == "CNAME" and here or "CNAME" in here:
        found.append(f"{step.owner} is an alias, beside which nothing is "
                     "(RFC 2181 10.1)")
    found += [f"{step.owner} is below the DNAME record of {record.owner} (RFC "
              "6672 2.4)" for record in zone.records if record.type == "DNAME"
              and step.owner.endswith("." + record.owner)]
    return found


def take(zones: dict[str, Zone], step: Step) -> list[str]:
    """Takes the step; what is wrong with it."""
    zone = zone_of(zones, step)
    if step.verb == "publish":
        found = impossible(zone, step)
        if not found:
            zone.records.append(Record(step.owner, step.type, step.data))
        return found
    same = [record for record in zone.records
            if (record.owner.lower(), record.type) == (step.owner, step.type)
            and octets(step.type, record.data) == octets(step.type, step.data)]
    for record in same:
        zone.records.remove(record)
    return [] if same else [f"there is no {step.owner} {step.type} "
                            f"{step.data} to remove"]


def follow(zones: dict[str, Zone], trial: Trial) -> list[str]:
    """What is removed first makes room for what is published."""
    return [complaint for verb in ("remove", "publish")
            for step in trial.steps if step.verb == verb
            for complaint in take(zones, step)]


# --- what has become of it


def identity(report: dict, finding: dict) -> tuple:
    """Of a finding, whatever number a record of it has."""
    host = next((host for host in report["hosts"]
                 if host["name"] == finding["host"]), None)
    record = finding["record"]
    if record is not None and host is not None:
        record = json.dumps(host["tlsa"]["records"][record])
    # Words about a combination, or a zone, are its place.
    combination = re.search(r'"\d \d \d"', finding["text"])
    return (finding["code"], finding["host"], finding["address"],
            finding["key_type"], record, finding.get("zone"),
            combination and combination[0])


def verdicts(report: dict) -> dict[str, str | None]:
    found = {"the domain": report["verdict"]}
    for host in report["hosts"]:
        found[host["name"]] = host["verdict"]
        for endpoint in host["endpoints"]:
            found[f"{host['name']} [{endpoint['address']}]"] = (
                endpoint["verdict"])
    return found


def complaints(trial: Trial, after: dict | None) -> list[str]:
    if after is None:
        return ["there is no report any more"]
    found = []
    if identity(trial.report, trial.finding) in [
            identity(after, finding) for finding in after["findings"]]:
        found.append(f"{trial.finding['code']} is still there")
    before, now = verdicts(trial.report), verdicts(after)
    found += [f"{what} was {before[what]}, and is {verdict}"
              for what, verdict in now.items() if what in before
              and RANK[verdict] < RANK[before[what]]]
    return found


def run(lab: Lab, cases: list[Case],
        tell: Callable[[Trial, list[str]], None]) -> None:
    """All trials of the cases: of each case one at a time, since they are of
    the same names."""
    pool = concurrent.futures.ThreadPoolExecutor(checks.AT_A_TIME)
    waiting = [collections.deque(found) for found in pool.map(
        lambda case: trials(lab, case), filter(is_simple, cases))]
    while waiting := [queue for queue in waiting if queue]:
        now = [queue.popleft() for queue in waiting]
        said = {}

        def change(zones: dict[str, Zone]) -> None:
            for trial in now:
                said[id(trial)] = follow(zones, trial)
        lab.serve_anew(change)
        tried = [trial for trial in now if not said[id(trial)]]
        for trial, after in zip(tried, pool.map(
                lambda trial: audit(trial.words), tried)):
            said[id(trial)] = complaints(trial, after)
        for trial in now:
            found = said[id(trial)]
            if found:
                found.append("the advice: " + trial.finding["advice"])
            tell(trial, found)
