"""Zones: text, signatures (and faults in them), and NSD to serve them."""

import contextlib
import dataclasses
import pathlib
import time

import names
from daemons import Daemons, wait_for_port

TTL = 3600
DAY = 86400


@dataclasses.dataclass
class Record:
    owner: str                  # absolute
    type: str
    data: str
    # What is odd about the RRset's signature: "", "bogus" (its octets are
    # not right), "expired", "new" (of this minute), "future" (it begins in
    # two days), or "unsigned" (it is missing).
    fault: str = ""
    ttl: str = ""               # default: TTL
    fresh: bool = False         # not yet at the name server that is behind


@dataclasses.dataclass
class Zone:
    name: str                   # absolute: "signed.example."
    parent: str                 # "" for the root
    name_server: str            # absolute; its address is published beside
    address: str
    signing: str = "nsec"       # or "nsec3", "opt-out", "none"
    ds: str = "right"           # in the parent; or "wrong", "none"
    expired: bool = False       # every signature is
    behind: str = ""            # a second name server, with the copy before
    serial: int = 2
    records: list[Record] = dataclasses.field(default_factory=list)
    key: str = ""               # base name of the key's files
    ds_data: str = ""
    # Lines of the signed zone that NSD refuses to load, with their signatures:
    # the scripted name server has them.
    refused: list[str] = dataclasses.field(default_factory=list)

    def add(self, owner: str, type: str, data: str) -> None:
        self.records.append(Record(owner, type, data))

    def before(self) -> "Zone":
        """The zone before its fresh records came."""
        return dataclasses.replace(
            self, serial=self.serial - 1,
            records=[record for record in self.records if not record.fresh])


class Signer:
    """Turns zones into zone files, with ldns's own tools."""

    def __init__(self, daemons: Daemons, folder: pathlib.Path):
        self.daemons = daemons
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def make_key(self, zone: Zone) -> None:
        """A key for the zone, kept in the folder for the next run."""
        kept = self.folder / (_file_name(zone) + ".key-name")
        if not kept.exists():
            base = self.daemons.run(
                "ldnsutils", "usr/bin/ldns-keygen", "-a", "ECDSAP256SHA256",
                "-k", zone.name, cwd=self.folder).split()[-1]
            kept.write_text(base)
        zone.key = str(self.folder / kept.read_text())
        words = pathlib.Path(zone.key + ".ds").read_text().split()
        zone.ds_data = " ".join(words[words.index("DS") + 1:])

    def delegate(self, parent: Zone, child: Zone) -> None:
        parent.add(child.name, "NS", child.name_server)
        if child.behind:
            parent.add(child.name, "NS", child.behind)
        data = child.ds_data
        if child.ds == "wrong":
            data = data[:-4] + ("0000" if data[-4:] != "0000" else "1111")
        if child.ds != "none" and child.signing != "none":
            parent.add(child.name, "DS", data)

    def write(self, zone: Zone) -> pathlib.Path:
        """The zone's file as it is served."""
        plain = self.folder / (_file_name(zone) + ".zone")
        plain.write_text(_text(zone))
        if zone.signing == "none":
            return plain
        signed = self._sign(zone, plain,
                            "expired" if zone.expired else "signed")
        faults = {(record.owner, record.type): record.fault
                  for record in zone.records if record.fault}
        lines = signed.read_text().splitlines()
        if faults:
            others = {}
            for age in "expired", "new", "future":
                file = self._sign(zone, plain, age)
                others[age] = file.read_text().splitlines()
            lines = _break(lines, others, faults)
        lines, zone.refused = _divide(lines)
        signed.write_text("\n".join(lines) + "\n")
        return signed

    def _sign(self, zone: Zone, plain: pathlib.Path,
              age: str) -> pathlib.Path:
        signed = plain.with_suffix("." + age)
        mode = {"nsec": [], "nsec3": ["-n"], "opt-out": ["-n", "-p"]}
        now = int(time.time())
        dates = {
            # A day ago: two TTLs have passed since (--next).
            "signed": ["-i", now - DAY],
            "new": ["-i", now],
            "future": ["-i", now + 2 * DAY, "-e", now + 30 * DAY],
            "expired": ["-i", now - 30 * DAY, "-e", now - 2 * DAY],
        }
        self.daemons.run("ldnsutils", "usr/bin/ldns-signzone",
                         *mode[zone.signing], *dates[age], "-o", zone.name,
                         "-f", signed, plain, zone.key)
        return signed


def _file_name(zone: Zone) -> str:
    return zone.name.strip(".") or "root"


def _text(zone: Zone) -> str:
    lines = [f"$TTL {TTL}",
             f"{zone.name} SOA {zone.name_server} hostmaster.example. "
             f"{zone.serial} 3600 600 864000 300",
             f"{zone.name} NS {zone.name_server}"]
    if zone.behind:
        lines.append(f"{zone.name} NS {zone.behind}")
    if zone.name_server.endswith(zone.name) and zone.parent:
        lines.append(f"{zone.name_server} A {zone.address}")
    lines += [f"{r.owner} {r.ttl} {r.type} {r.data}" for r in zone.records]
    return "\n".join(lines) + "\n"


def _signature(line: str) -> tuple[str, str] | None:
    """Owner and type that a line of a zone file signs, if it is an RRSIG."""
    fields = line.split()
    if len(fields) > 4 and fields[3] == "RRSIG":
        return fields[0], fields[4]
    return None


def _divide(lines: list[str]) -> tuple[list[str], list[str]]:
    """What NSD takes, and what it refuses: TLSA RRsets in which a record is
    without data."""
    without_data = {(fields[0], "TLSA") for fields in map(str.split, lines)
                    if len(fields) == 7 and fields[3] == "TLSA"}
    refused = [line for line in lines
               if tuple(line.split()[0:4:3]) in without_data
               or _signature(line) in without_data]
    return [line for line in lines if line not in refused], refused


def _break(lines: list[str], others: dict[str, list[str]],
           faults: dict[tuple[str, str], str]) -> list[str]:
    """The zone's lines with the signatures spoiled as wanted."""
    by_age = {age: {_signature(line): line for line in zone}
              for age, zone in others.items()}
    broken = []
    for line in lines:
        signs = _signature(line)
        fault = faults.pop(signs, "") if signs else ""
        if fault == "bogus":
            start, space, signature = line.rpartition(" ")
            swapped = signature[:-8][::-1] + signature[-8:]
            line = start + space + swapped
        elif fault in by_age:
            line = by_age[fault][signs]
        if fault != "unsigned":
            broken.append(line)
    if faults:
        raise ValueError(f"nothing to break at {sorted(faults)}")
    return broken


NSD_CONFIGURATION = """
server:
\tip-address: {address}
\tport: 53
\tserver-count: 1
\tusername: ""
\tchroot: ""
\tzonesdir: "{folder}"
\tdatabase: ""
\tzonelistfile: "{folder}/zone.list"
\txfrdfile: "{folder}/xfrd.state"
\txfrdir: "{folder}"
\tpidfile: ""
\tlogfile: "{folder}/nsd.log"
\thide-version: yes
\trrl-ratelimit: 0
remote-control:
\tcontrol-enable: no
"""


def serve(daemons: Daemons, folder: pathlib.Path, address: str,
          files: dict[str, pathlib.Path]) -> None:
    """Starts an NSD at ADDRESS with the zone files, and waits for it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = NSD_CONFIGURATION.format(address=address, folder=folder)
    for name, file in files.items():
        text += f'zone:\n\tname: "{name}"\n\tzonefile: "{file}"\n'
    (folder / "nsd.log").unlink(missing_ok=True)
    configuration = folder / "nsd.conf"
    configuration.write_text(text)
    log = folder / "output"
    process = daemons.start("nsd", "usr/sbin/nsd", "-d", "-c", configuration,
                            log=log)
    wait_for_port(address, 53, process, log)
    for name in files:
        _wait_for_zone(address, name, folder / "nsd.log")


def _wait_for_zone(address: str, name: str, log: pathlib.Path,
                   limit: float = 20) -> None:
    """Returns as soon as the name server has the zone, which it reads late."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        # It may be too busy with its zones to answer in time.
        with contextlib.suppress(TimeoutError):
            soa = names.ask_udp(address, names.query(name, "SOA"))
            if names.has_answer(soa):
                return
        mistakes = [line for line in log.read_text().splitlines()
                    if " error: " in line]
        if mistakes:
            raise RuntimeError(f"NSD cannot serve {name}: {mistakes[0]}")
        time.sleep(0.01)        # as in wait_for_port
    raise RuntimeError(f"NSD at {address} does not serve {name} after "
                       f"{limit:g} seconds")
