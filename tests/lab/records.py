"""Files of records (mxdane --record): CBOR sequences, a frame for each domain.

A frame is tag 55799 around [ "mxdane-record", version, domain, tag 24 (octets
of the facts) ]; recording.h says it all. What the facts say is left alone.
"""

import dataclasses
import pathlib

BEGINS = b"\xd9\xd9\xf7\x84\x6dmxdane-record"
UNSIGNED, OCTETS, TEXT, TAG = 0, 2, 3, 6     # major types of RFC 8949 3.1


class NoRecord(Exception):
    """This is no file of records."""


@dataclasses.dataclass
class Record:
    """The record of a domain: its frame, as it is in the file."""

    domain: str
    frame: bytes

    def renamed(self, old: str, new: str) -> "Record":
        """With another label, of the same length, wherever there is that one.

        A label has the same octets in text and in a DNS packet, so no length
        in the frame changes. It must not be in certificates.
        """
        assert len(old) == len(new) and old in self.domain
        return Record(self.domain.replace(old, new),
                      self.frame.replace(old.encode(), new.encode()))


class _Reader:
    def __init__(self, octets: bytes):
        self.octets, self.at = octets, 0

    def take(self, size: int) -> bytes:
        taken = self.octets[self.at:self.at + size]
        if len(taken) != size:
            raise NoRecord("it ends too early")
        self.at += size
        return taken

    def head(self, major: int) -> int:
        """The number at the beginning of an item of that type."""
        first = self.take(1)[0]
        more = first & 0x1f
        if first >> 5 != major or more > 27:
            raise NoRecord(f"octet {self.at - 1} is not as in a record")
        if more < 24:
            return more
        return int.from_bytes(self.take(1 << more - 24), "big")

    def record(self) -> Record:
        begin = self.at
        if self.take(len(BEGINS)) != BEGINS:
            raise NoRecord(f"no record begins at octet {begin}")
        self.head(UNSIGNED)
        domain = self.take(self.head(TEXT)).decode()
        self.head(TAG)
        self.take(self.head(OCTETS))
        return Record(domain, self.octets[begin:self.at])


def read(file: pathlib.Path) -> list[Record]:
    """All records of the file, in their order."""
    reader, found = _Reader(file.read_bytes()), []
    while reader.at < len(reader.octets):
        found.append(reader.record())
    return found


def write(file: pathlib.Path, records: list[Record]) -> None:
    file.write_bytes(b"".join(record.frame for record in records))
