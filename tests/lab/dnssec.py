"""Keys of zones, DS records, and signatures as no signer would make them.

What is as it should be, ldns's own tools sign; this is for the rest.
"""

import base64
import dataclasses
import hashlib
import pathlib
import subprocess
import time
from collections.abc import Callable

import wire
from daemons import Daemons

MINUTE, HOUR, DAY = 60, 3600, 86400

P256 = "ECDSAP256SHA256"
# An ECPrivateKey on P-256 (RFC 5915 3) up to its number, and what follows.
EC_HEAD = bytes.fromhex("30310201010420")
EC_TAIL = bytes.fromhex("a00a06082a8648ce3d030107")
HASHES = {1: "sha1", 2: "sha256", 4: "sha384"}


@dataclasses.dataclass
class Key:
    """A key of a zone: the files that ldns-keygen has made of it."""

    zone: str
    base: pathlib.Path

    @property
    def dnskey(self) -> str:
        """The data of the DNSKEY record."""
        line = self.base.with_name(self.base.name + ".key").read_text()
        return line.partition(";")[0].split("DNSKEY")[1].strip()

    @property
    def tag(self) -> int:
        """RFC 4034 appendix B."""
        octets = wire.rdata("DNSKEY", self.dnskey)
        total = sum(octet << 8 if not i & 1 else octet
                    for i, octet in enumerate(octets))
        return (total + (total >> 16)) & 0xffff

    @property
    def algorithm(self) -> int:
        return int(self.dnskey.split()[2])

    def ds(self, digest: int) -> str:
        """The data of a DS record (RFC 4034 5.1.4)."""
        hashed = hashlib.new(HASHES[digest], wire.wire_name(self.zone)
                             + wire.rdata("DNSKEY", self.dnskey)).hexdigest()
        return f"{self.tag} {self.algorithm} {digest} {hashed}"

    def sign(self, octets: bytes) -> bytes:
        """With ECDSA on P-256, as DNSSEC has it (RFC 6605 4)."""
        pem = self.base.with_name(self.base.name + ".pem")
        if not pem.exists():
            pem.write_text(self._pem())
        done = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(pem)],
            input=octets, stdout=subprocess.PIPE, check=True)
        return _raw(done.stdout)

    def _pem(self) -> str:
        private = self.base.with_name(self.base.name + ".private").read_text()
        if P256 not in private:
            raise ValueError(f"{self.base.name} does not sign with {P256}")
        # Octets that are zero at its beginning are left out in the file.
        scalar = base64.b64decode(
            private.split("PrivateKey:")[1]).rjust(32, b"\0")
        body = base64.b64encode(EC_HEAD + scalar + EC_TAIL).decode()
        return (f"-----BEGIN EC PRIVATE KEY-----\n{body}\n"
                "-----END EC PRIVATE KEY-----\n")


def _raw(der: bytes) -> bytes:
    """The two numbers of an ECDSA signature, 32 octets each."""
    numbers, at = b"", 2
    while at < len(der):
        size = der[at + 1]
        value = int.from_bytes(der[at + 2:at + 2 + size], "big")
        numbers += value.to_bytes(32, "big")
        at += 2 + size
    return numbers


def make_key(daemons: Daemons, folder: pathlib.Path, zone: str, use: str,
             algorithm: str = P256) -> Key:
    """A key of the zone, kept in the folder for the next run.

    USE tells those of one zone apart; that of a "zsk" is no secure entry point.
    """
    kept = folder / f"{zone.strip('.') or 'root'}.{use}.{algorithm}.key-name"
    if not kept.exists():
        base = daemons.run(
            "ldnsutils", "usr/bin/ldns-keygen", "-a", algorithm, "-b", "2048",
            *([] if use.startswith("zsk") else ["-k"]), zone,
            cwd=folder).split()[-1]
        kept.write_text(base)
    return Key(zone, folder / kept.read_text())


def sign(key: Key, owner: str, type_: str, ttl: int, datas: list[str],
         begin: int, end: int) -> str:
    """The data of an RRSIG of an RRset; the times are from now (RFC 4034 3)."""
    count = len([each for each in wire.labels(owner) if each != "*"])
    now = int(time.time())
    fields = (f"{type_} {key.algorithm} {count} {ttl} {wire.date(now + end)} "
              f"{wire.date(now + begin)} {key.tag} {key.zone}")
    name = wire.wire_name(owner.lower())
    octets = wire.rdata("RRSIG", fields) + b"".join(
        wire.record(name, ttl, type_, data)
        for data in sorted({wire.rdata(type_, each) for each in datas}))
    return f"{fields} {base64.b64encode(key.sign(octets)).decode()}"


def with_wrong_octets(rrsig: str) -> str:
    """The same RRSIG, its signature turned round but for the last octets."""
    start, space, signature = rrsig.rpartition(" ")
    return start + space + signature[:-8][::-1] + signature[-8:]


# What is odd about the signatures of an RRset: from an RRSIG as it should be,
# those that are there in its place. Each is given a function that signs anew,
# from and until when, and one that does so with a key that has been removed.

def _again(begin: int, end: int):
    return lambda good, again, removed: [again(begin, end)]


def _beside(make):
    """What is odd is first: who looks at one signature only looks at that."""
    return lambda good, again, removed: [make(good, again, removed), good]


def _of_unknown_algorithm(good: str, again, removed) -> str:
    fields = good.split()
    return " ".join([fields[0], "99", *fields[2:]])


FAULTS = {
    "bogus": lambda good, again, removed: [with_wrong_octets(good)],
    "unsigned": lambda good, again, removed: [],
    "expired": _again(-30 * DAY, -2 * DAY),
    "ended": _again(-30 * DAY, -2 * HOUR),
    "ends-soon": _again(-30 * DAY, 20 * HOUR),
    "new": _again(0, 28 * DAY),
    # As signers date back, whenever the records came.
    "dated-1h": _again(-HOUR, 28 * DAY),
    "dated-90m": _again(-90 * MINUTE, 14 * DAY),
    "dated-25h": _again(-25 * HOUR, 2 * DAY),
    "dated-8d": _again(-8 * DAY, 13 * DAY),
    "future": _again(2 * DAY, 30 * DAY),
    "begins-soon": _again(50 * MINUTE, 30 * DAY),
    "first-ended": _again(-30 * DAY, -2 * HOUR),    # of several, that alone
    "beside-ended": _beside(
        lambda good, again, removed: again(-40 * DAY, -10 * DAY)),
    "beside-removed": _beside(
        lambda good, again, removed: removed(-40 * DAY, -10 * DAY)),
    "beside-wrong": _beside(
        lambda good, again, removed: with_wrong_octets(good)),
    "beside-unknown": _beside(_of_unknown_algorithm),
}
# This takes the RRset out of the zone that was signed with it: NSEC goes on to
# say that it is there.
GONE = "gone"


def rrsets(lines: list[str]) -> dict[tuple[str, str],
                                     tuple[int, list[str]]]:
    """Of a zone file as ldns writes it, by owner and type: TTL and data."""
    found: dict[tuple[str, str], tuple[int, list[str]]] = {}
    for owner, ttl, type_, data in filter(None, map(wire.split, lines)):
        found.setdefault((owner, type_), (ttl, []))[1].append(data)
    return found


@dataclasses.dataclass
class Spoiler:
    """Makes RRsets of a signed zone and their signatures odd."""

    rrsets: dict[tuple[str, str], tuple[int, list[str]]]
    faults: dict[tuple[str, str], str]      # by owner and type
    keys: list[Key]                         # that sign
    removed: Callable[[], Key]              # makes one that the zone has not

    def lines(self, lines: list[str]) -> list[str]:
        """The zone's lines, spoiled."""
        strange = sorted(set(self.faults) - set(self.rrsets))
        if strange:
            raise ValueError(f"nothing to break at {strange}")
        found, seen = [], set()
        for line in lines:
            owner, ttl, type_, data = wire.split(line) or ("", 0, "", "")
            rrset = (owner, data.split()[0] if type_ == "RRSIG" else type_)
            fault = self.faults.get(rrset, "")
            if fault == "first-ended" and rrset in seen:
                fault = ""
            if type_ == "RRSIG":
                seen.add(rrset)
                if fault and fault != GONE:
                    found += [f"{owner} {ttl} IN RRSIG {each}"
                              for each in self._odd(rrset, fault, data)]
                    continue
            if fault != GONE:
                found.append(line)
        return found

    def _odd(self, rrset: tuple[str, str], fault: str,
             good: str) -> list[str]:
        """What is in the place of a good signature."""
        tag = good.split()[6]
        own = next(key for key in self.keys if str(key.tag) == tag)

        def again(begin: int, end: int, key: Key = own) -> str:
            return sign(key, *rrset, *self.rrsets[rrset], begin, end)

        return FAULTS[fault](good, again, lambda begin, end: again(
            begin, end, self.removed()))
