"""Zones: text, signatures (and faults in them), and NSD to serve them."""

import contextlib
import dataclasses
import pathlib
import subprocess
import time

import names
from daemons import Daemons, wait_for_port
from dnssec import DAY, HOUR, P256, Key, Spoiler, make_key, rrsets

TTL = 3600


@dataclasses.dataclass
class Record:
    owner: str                  # absolute
    type: str
    data: str
    # What is odd about the RRset's signatures, of dnssec.FAULTS, or "gone".
    fault: str = ""
    ttl: str = ""               # default: TTL
    # The copy that does not have it: "ahead", or the one that is "behind".
    lacks: str = ""


@dataclasses.dataclass
class Zone:
    """A zone; the keys that cases can say are explained in zones.toml."""

    name: str                   # absolute: "signed.example."
    parent: str                 # "" for the root
    servers: list[str]          # the names of its name servers, absolute
    signing: str = "nsec"
    # The name servers that the parent knows, if not the same.
    delegated: list[str] = dataclasses.field(default_factory=list)
    iterations: int = 0
    keys: list[str] = dataclasses.field(default_factory=lambda: ["csk"])
    keys_behind: list[str] = dataclasses.field(default_factory=list)
    ds_behind: bool = True
    ds: list[str] = dataclasses.field(default_factory=lambda: ["right"])
    ds_fault: str = ""
    cds: bool = False
    faults: dict[str, str] = dataclasses.field(default_factory=dict)
    expired: bool = False
    ended: bool = False         # every signature has, two hours ago
    behind: str = ""
    copy: str = "ahead"         # which of the two this is
    answers: dict[str, str] = dataclasses.field(default_factory=dict)
    own: bool = False
    serial: int = 2
    records: list[Record] = dataclasses.field(default_factory=list)
    made: list[Key] = dataclasses.field(default_factory=list)
    made_behind: list[Key] = dataclasses.field(default_factory=list)
    # Lines of the signed zone that NSD refuses to load, with their signatures:
    # the scripted name server has them.
    refused: list[str] = dataclasses.field(default_factory=list)
    # Its RRsets as they are published, by owner and type: TTL and data.
    rrsets: dict[tuple[str, str], tuple[int, list[str]]] = dataclasses.field(
        default_factory=dict)

    def add(self, owner: str, type: str, data: str, fault: str = "") -> None:
        self.records.append(Record(owner, type, data, fault))

    def copy_behind(self) -> "Zone":
        """As the name server has it that is behind."""
        odd = COPIES[self.behind](self)
        return dataclasses.replace(
            self, copy="behind", keys=self.keys_behind or self.keys,
            made=self.made_behind or self.made, **odd)

    @property
    def signers(self) -> list[Key]:
        """Those of its keys that sign."""
        return [key for use, key in zip(self.keys, self.made)
                if not use.startswith(PUBLISHED)]

    @property
    def entry_points(self) -> list[Key]:
        """Those of its keys that DS records are made of."""
        uses = list(zip(self.keys, self.made))
        if self.ds_behind:
            uses += zip(self.keys_behind, self.made_behind)
        found = {key.base: key for use, key in uses
                 if not key_use(use).startswith("zsk")}
        return list(found.values())


PUBLISHED = "published"


def key_use(use: str) -> str:
    """"published-zsk2" is "zsk2", which does not sign here."""
    return use.removeprefix(PUBLISHED + "-")


# What is odd about the copy at the name server that is behind.
COPIES = {
    "before": lambda zone: {"serial": zone.serial - 1},
    "beside": lambda zone: {},
    "expired": lambda zone: {"expired": True},
    "ended": lambda zone: {"ended": True},
    "dnskey-ended": lambda zone: {
        "faults": zone.faults | {"DNSKEY": "ended"}},
}


def _wrong(ds: str) -> str:
    return ds[:-4] + ("0000" if ds[-4:] != "0000" else "1111")


def _other(ds: str, field: int) -> str:
    """With a number that nobody knows for the algorithm, or the digest."""
    fields = ds.split()
    fields[field] = "99"
    return " ".join(fields)


# The DS records that a parent can have, of a key of the zone and of one that
# it has no more.
DS = {
    "right": lambda key, removed: key.ds(2),
    "sha1": lambda key, removed: key.ds(1),
    "sha384": lambda key, removed: key.ds(4),
    "wrong": lambda key, removed: _wrong(key.ds(2)),
    "wrong-sha1": lambda key, removed: _wrong(key.ds(1)),
    "wrong-sha384": lambda key, removed: _wrong(key.ds(4)),
    "removed": lambda key, removed: removed().ds(2),
    "unknown-algorithm": lambda key, removed: _other(key.ds(2), 1),
    "unknown-digest": lambda key, removed: _other(key.ds(2), 2),
}


class Signer:
    """Turns zones into zone files, with ldns's own tools."""

    def __init__(self, daemons: Daemons, folder: pathlib.Path,
                 later: int = 0):
        self.daemons = daemons
        self.folder = folder
        self.later = later      # than it is, in seconds
        folder.mkdir(parents=True, exist_ok=True)

    def make_keys(self, zone: Zone) -> None:
        """Keys for the zone, kept in the folder for the next run."""
        zone.made = [self._make_key(zone, each) for each in zone.keys]
        zone.made_behind = [self._make_key(zone, each)
                            for each in zone.keys_behind]

    def _make_key(self, zone: Zone, key: str) -> Key:
        use, _, algorithm = key_use(key).partition(":")
        return make_key(self.daemons, self.folder, zone.name, use,
                        algorithm or P256)

    def _removed(self, zone: Zone) -> Key:
        return make_key(self.daemons, self.folder, zone.name, "removed")

    def delegate(self, parent: Zone, child: Zone) -> None:
        for server in child.delegated or child.servers:
            parent.add(child.name, "NS", server)
        self._delegate_more(parent, child)
        if child.signing == "none":
            return
        for kind in child.ds:
            for key in child.entry_points:
                parent.add(child.name, "DS", DS[kind](
                    key, lambda: self._removed(child)), child.ds_fault)
        if child.cds:
            for key in child.entry_points:
                child.add(child.name, "CDS", key.ds(2))

    @staticmethod
    def _delegate_more(parent: Zone, child: Zone) -> None:
        """To the name servers that are among its records, if it has their
        addresses: those are the glue."""
        more = {record.data for record in child.records
                if (record.owner, record.type) == (child.name, "NS")}
        glue = [record for record in child.records
                if record.owner in more and record.type in ("A", "AAAA")]
        for server in sorted({record.owner for record in glue}):
            parent.add(child.name, "NS", server)
        for record in glue:
            parent.add(record.owner, record.type, record.data)

    def write(self, zone: Zone) -> pathlib.Path:
        """The zone's file as it is served."""
        plain = self.folder / (_file_name(zone) + ".zone")
        plain.write_text(_text(zone))
        if zone.signing == "none":
            return plain
        signed = self._sign(zone, plain)
        faults = {(zone.name, type_): fault
                  for type_, fault in zone.faults.items()}
        faults |= {(record.owner, record.type): record.fault
                   for record in zone.records if record.fault}
        lines = signed.read_text().splitlines()
        zone.rrsets = rrsets(lines)
        if faults:
            lines = Spoiler(zone.rrsets, faults, zone.signers,
                            lambda: self._removed(zone)).lines(lines)
        lines, zone.refused = _divide(lines)
        signed.write_text("\n".join(lines) + "\n")
        return signed

    def _sign(self, zone: Zone, plain: pathlib.Path) -> pathlib.Path:
        signed = plain.with_suffix(".signed")
        nsec3 = ["-n", "-t", zone.iterations]
        mode = {"nsec": [], "nsec3": nsec3, "opt-out": [*nsec3, "-p"]}
        now = int(time.time()) + self.later
        # As signers do: it says nothing of when a record came (--next).
        dates = ["-i", now - DAY, "-e", now + 28 * DAY]
        if zone.expired or zone.ended:
            end = now - (2 * DAY if zone.expired else 2 * HOUR)
            dates = ["-i", now - 30 * DAY, "-e", end]
        self.daemons.run("ldnsutils", "usr/bin/ldns-signzone",
                         *mode[zone.signing], *dates, "-o", zone.name,
                         "-f", signed, plain,
                         *(key.base for key in zone.signers))
        return signed


def _file_name(zone: Zone) -> str:
    return zone.name.strip(".") or "root"


def _text(zone: Zone) -> str:
    lines = [f"$TTL {TTL}",
             f"{zone.name} SOA {zone.servers[0]} hostmaster.example. "
             f"{zone.serial} 3600 600 864000 300"]
    lines += [f"{zone.name} NS {server}" for server in zone.servers]
    lines += [f"{zone.name} DNSKEY {key.dnskey}" for key in zone.made
              if key not in zone.signers]
    lines += [f"{r.owner} {r.ttl} {r.type} {r.data}" for r in zone.records
              if r.lacks != zone.copy]
    return "\n".join(lines) + "\n"


def _divide(lines: list[str]) -> tuple[list[str], list[str]]:
    """What NSD takes, and what it refuses: TLSA RRsets in which a record is
    without data."""
    without_data = {(fields[0], "TLSA") for fields in map(str.split, lines)
                    if len(fields) == 7 and fields[3] == "TLSA"}
    refused = [line for line in lines
               if tuple(line.split()[0:4:3]) in without_data
               or _signature(line) in without_data]
    return [line for line in lines if line not in refused], refused


def _signature(line: str) -> tuple[str, str] | None:
    """Owner and type that a line of a zone file signs, if it is an RRSIG."""
    fields = line.split()
    if len(fields) > 4 and fields[3] == "RRSIG":
        return fields[0], fields[4]
    return None


NSD_CONFIGURATION = """
server:
{addresses}
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


def serve(daemons: Daemons, folder: pathlib.Path, addresses: list[str],
          files: dict[str, pathlib.Path]) -> subprocess.Popen:
    """Starts an NSD at ADDRESSES with the zone files, and waits for it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = NSD_CONFIGURATION.format(folder=folder, addresses="\n".join(
        f"\tip-address: {address}" for address in addresses))
    address = addresses[0]
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
    return process


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
