"""Does as a report advises, and looks whether that cures.

Advice is followed where it says exactly what is to be published or removed,
that of one finding at a time: all domains follow their first, and are audited
again; then their second. A finding that was followed has to be gone, and no
verdict may be worse than it was.
"""

import concurrent.futures
import contextlib
import copy
import dataclasses
import re
import time

import names
from case import ZONES
from daemons import wait_for_port
from lab import TLD, Lab
from servers import CHILDREN, TOP
from space import KINDS
from zones import Record, Signer

PATIENCE = 20       # seconds

# From the worst to the best.
SEVERITIES = ("error", "warning", "info")
RANKS = ("fail", "unknown", "none", "partial", "pass")


@dataclasses.dataclass
class Advice:
    """Of one finding."""

    report: dict
    finding: dict
    options: tuple      # with which it was told
    publish: list[dict]
    remove: list[dict]

    @property
    def is_shared(self) -> bool:
        """Whether it is about a zone, in which other domains are, too."""
        return any(each["type"] == "DS" for each in self.publish)

    @property
    def said(self) -> str:
        words = [f"{verb} {_line(each)}"
                 for verb, records in (("publish", self.publish),
                                       ("remove", self.remove))
                 for each in records]
        return f"{self.finding['code']}: " + "; ".join(words)

    def __str__(self):
        return " ".join([*self.options, self.said])


def _line(record: dict) -> str:
    return f"{record['owner']} {record['type']} {record['data']}"


def advice(report: dict, *options: str) -> list[Advice]:
    """What the findings of a report advise; the same but once."""
    found, seen = [], set()
    for finding in report.get("findings", []):
        for publish, remove in ways(finding):
            each = Advice(report, finding, options, publish, remove)
            if (publish or remove) and each.said not in seen:
                seen.add(each.said)
                found.append(each)
    return found


def ways(finding: dict) -> list[tuple[list, list]]:
    """What is to be published and removed: both, or one or the other."""
    publish, remove = finding["publish"], finding["remove"]
    if publish and remove and re.search(r"^or\b", finding["advice"], re.M):
        return [(publish, []), ([], remove)]
    return [(publish, remove)]


def _record(report: dict, finding: dict) -> str:
    """The data of the record that a finding is about."""
    if finding["record"] is None:
        return ""
    host = next(host for host in report["hosts"]
                if host["name"] == finding["host"])
    return host["tlsa"]["records"][finding["record"]]["data"]


def subject(report: dict, finding: dict) -> tuple:
    """What it is about."""
    return (finding["code"], finding["host"], finding["address"],
            finding["key_type"], finding["zone"], _record(report, finding))


def remaining(each: Advice, after: dict) -> list[str]:
    """What is told yet of what a finding was about.

    That it is so may be told when it does no more harm, but not to do what was
    done; another step may follow.
    """
    about, found = subject(each.report, each.finding), []
    for finding in after["findings"]:
        if subject(after, finding) != about:
            continue
        if any(record in finding[verb] for verb in ("publish", "remove")
               for record in getattr(each, verb)):
            found.append(f"{each.finding['code']} advises it once more")
        elif (finding["text"] == each.finding["text"]
              and SEVERITIES.index(finding["severity"]) <= SEVERITIES.index(
                  each.finding["severity"])):
            found.append(f"{each.finding['code']} is told as before")
    return found


def worse(before: dict, after: dict) -> list[str]:
    """The verdicts that are worse."""
    def verdicts(report: dict) -> dict[str, str]:
        found = {"the domain": report["verdict"]}
        for host in report["hosts"]:
            found[host["name"]] = host["verdict"]
        return {name: verdict for name, verdict in found.items() if verdict}
    was, is_ = verdicts(before), verdicts(after)
    return [f"{name} was {was[name]} and is {is_[name]}"
            for name in was if name in is_
            and RANKS.index(is_[name]) < RANKS.index(was[name])]


def misadvised(each: Advice) -> list[str]:
    """Records that are to be removed though a handshake depends on them."""
    gone = {plain(record) for record in each.remove
            if record["type"] == "TLSA"}
    found = set()
    for host in each.report["hosts"]:
        data = [f"{record['usage']:02x}{record['selector']:02x}"
                f"{record['matching_type']:02x}{record['data']}"
                for record in host["tlsa"]["records"]]
        found |= {f"{host['name']}: a handshake depends on {data[i][:20]}..."
                  for endpoint in host["endpoints"]
                  for shake in endpoint["handshakes"]
                  for i, match in enumerate(shake["tlsa"])
                  if match["would_match"] and data[i] in gone
                  and host["name"] == each.finding["host"]}
    return sorted(found)


class Registrar:
    """Changes the lab's zones, and has them served."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.signer = Signer(lab.daemons, lab.work / "zones")
        self.records = {key: zone.records
                        for key, zone in lab.zones.items()}
        self.changed: set[str] = set()

    def zone(self, owner: str) -> str:
        name = "." + owner.lower()
        keys = [key for key in KINDS
                if name.endswith("." + ZONES[key].name)
                and name != "." + ZONES[key].name] or ["top"]
        return max(keys, key=lambda key: len(self.lab.zones[key].name))

    def cannot(self, each: Advice) -> list[str]:
        """Why it cannot be followed, or should not be."""
        found = misadvised(each)
        for record in each.publish + each.remove:
            if not record["owner"].lower().endswith(f".{TOP}"):
                found.append(f"{record['owner']} is in no zone of the lab")
        for record in each.publish:
            found += self._cannot_be(record)
        for record in each.remove:
            if not self._find(record):
                found.append(f"{_line(record)} is not there")
        return found

    def _cannot_be(self, record: dict) -> list[str]:
        """An alias can have no other records, and a DNAME none below."""
        owner, key = record["owner"].lower(), self.zone(record["owner"])
        for each in self.records[key]:
            if each.type == "CNAME" and each.owner.lower() == owner:
                return [f"{owner} is an alias: it cannot have "
                        f"{record['type']} records"]
            if each.type == "DNAME" and owner.endswith(
                    "." + each.owner.lower()):
                return [f"{owner} is below a DNAME"]
        return []

    def _find(self, record: dict) -> list[Record]:
        key = self.zone(record["owner"])
        return [each for each in self.records[key]
                if each.owner.lower() == record["owner"].lower()
                and each.type == record["type"]
                and octets(each) == plain(record)]

    def follow(self, all_: list[Advice]) -> None:
        """From the zones as they were, and so that they are served."""
        touched = self.changed
        new = {}
        for each in all_:
            for record in each.publish + each.remove:
                key = self.zone(record["owner"])
                new.setdefault(key, copy.copy(self.records[key]))
            for record in each.remove:
                key, gone = self.zone(record["owner"]), self._find(record)
                new[key] = [kept for kept in new[key] if kept not in gone]
            for record in each.publish:
                new[self.zone(record["owner"])].append(self._made(record))
        self.changed = set(new)
        keys = touched | self.changed
        for key in keys:
            self.lab.zones[key].records = new.get(key, self.records[key])
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(self.signer.write,
                          [self.lab.zones[key] for key in keys]))
        self._serve("top" in keys)

    def _made(self, record: dict) -> Record:
        data = record["data"]
        if record["type"] == "TLSA":
            data = plain(record)
            data = rf"\# {len(data) // 2} {data}"
        fault = next((each.fault for each
                      in self.records[self.zone(record["owner"])]
                      if (each.owner, each.type) == (record["owner"],
                                                     record["type"])), "")
        return Record(record["owner"], record["type"], data, fault)

    def _serve(self, above: bool) -> None:
        """All of it anew; what NSD does not take, the scripted server has."""
        refused = [line for zone in self.lab.zones.values()
                   for line in zone.refused]
        for server in self.lab.scripted, self.lab.second:
            server.own = names.records_of_own(refused)
        serve_anew(self.lab, "children", CHILDREN,
                   [ZONES[key].name for key in KINDS])
        if above:
            serve_anew(self.lab, "tld", TLD, [TOP])


def serve_anew(lab: Lab, folder: str, address: str,
               served: list[str]) -> None:
    """An NSD of the lab, started once more, has read its zones again."""
    running = next(each for each in lab.daemons.running
                   if str(lab.work / folder / "nsd.conf") in each.args)
    running.terminate()
    running.wait()
    lab.daemons.running.remove(running)
    log = lab.work / folder / "output"
    process = lab.daemons.start("nsd", "usr/sbin/nsd", *running.args[1:],
                                log=log)
    wait_for_port(address, 53, process, log)
    for name in served:
        wait_for_zone(address, name)


def wait_for_zone(address: str, name: str) -> None:
    """NSD has its port before it has its zones."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(TimeoutError):
            if names.has_answer(names.ask_udp(address,
                                              names.query(name, "SOA"))):
                return
        time.sleep(0.01)    # a poll for readiness, not a guess at it
    raise RuntimeError(f"{address} does not serve {name}, with what was "
                       "advised in it")


def plain(record: dict) -> str:
    """The data in one spelling."""
    fields = record["data"].split()
    if record["type"] != "TLSA":
        return " ".join(fields).lower()
    return "".join(f"{int(each):02x}" for each in fields[:3]) + "".join(
        fields[3:]).lower()


def octets(record: Record) -> str:
    """That of a zone's record."""
    if record.type == "TLSA":
        return "".join(record.data.split()[2:]).lower()
    return " ".join(record.data.split()).lower()
