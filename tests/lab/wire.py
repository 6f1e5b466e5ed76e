"""Names and records on the wire (RFC 1035, 4034), from lines of zone files."""

import base64
import calendar
import ipaddress
import struct
import time

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16,
         "AAAA": 28, "DNAME": 39, "DS": 43, "RRSIG": 46, "NSEC": 47,
         "DNSKEY": 48, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52, "CDS": 59,
         "NXNAME": 128}

DIGESTS = {"SHA1": 1, "SHA256": 2, "SHA384": 4}


def number(type_: str) -> int:
    """Of a type; others than those above are "TYPE65280"."""
    return TYPES.get(type_) or int(type_.removeprefix("TYPE"))


def labels(name: str) -> list[str]:
    return [label for label in name.split(".") if label]


def wire_name(name: str) -> bytes:
    """Of an absolute name without escapes."""
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in labels(name)) + b"\0"


def seconds(when: str) -> int:
    """Of an RRSIG's time, as YYYYMMDDHHmmSS (RFC 4034 3.2)."""
    return calendar.timegm(time.strptime(when, "%Y%m%d%H%M%S"))


def date(when: int) -> str:
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(when))


def _rrsig(fields: list[str]) -> bytes:
    of, algorithm, count, ttl, end, begin, tag, signer, *signature = fields
    return (struct.pack(">HBBIIIH", number(of), int(algorithm), int(count),
                        int(ttl), seconds(end), seconds(begin), int(tag))
            + wire_name(signer) + base64.b64decode("".join(signature)))


def _octets(count: int, form: str):
    """COUNT numbers in FORM, and the rest in hexadecimal."""
    return lambda fields: (struct.pack(form, *map(int, fields[:count]))
                           + bytes.fromhex("".join(fields[count:])))


def _text(fields: list[str]) -> bytes:
    """Strings in quotation marks, which were torn apart at their blanks."""
    strings = " ".join(fields).strip('"').split('" "')
    return b"".join(bytes([len(each)]) + each.encode() for each in strings)


def _soa(fields: list[str]) -> bytes:
    return (wire_name(fields[0]) + wire_name(fields[1])
            + struct.pack(">5I", *map(int, fields[2:])))


def _nsec(fields: list[str]) -> bytes:
    """Of types below 256 alone (RFC 4034 4.1.2)."""
    bits = bytearray(32)
    for type_ in map(number, fields[1:]):
        bits[type_ // 8] |= 0x80 >> type_ % 8
    bits = bytes(bits).rstrip(b"\0")
    return wire_name(fields[0]) + bytes([0, len(bits)]) + bits


RDATA = {
    "A": lambda fields: ipaddress.ip_address(fields[0]).packed,
    "AAAA": lambda fields: ipaddress.ip_address(fields[0]).packed,
    "NS": lambda fields: wire_name(fields[0]),
    "CNAME": lambda fields: wire_name(fields[0]),
    "DNAME": lambda fields: wire_name(fields[0]),
    "SOA": _soa,
    "MX": lambda fields: (struct.pack(">H", int(fields[0]))
                          + wire_name(fields[1])),
    "TXT": _text,
    "DS": _octets(3, ">HBB"),
    "CDS": _octets(3, ">HBB"),
    "TLSA": _octets(3, ">BBB"),
    "RRSIG": _rrsig,
    "NSEC": _nsec,
    "DNSKEY": lambda fields: (struct.pack(">HBB", *map(int, fields[:3]))
                              + base64.b64decode("".join(fields[3:]))),
}


def rdata(type_: str, data: str) -> bytes:
    """Of a record's data as zone files have it."""
    fields = data.split()
    if fields[0] == r"\#":
        return bytes.fromhex("".join(fields[2:]))
    return RDATA[type_](fields)


def split(line: str) -> tuple[str, int, str, str] | None:
    """Owner, TTL, type and data of a line as ldns writes it."""
    fields = line.partition(";")[0].split(None, 4)
    if len(fields) < 5:
        return None
    return fields[0], int(fields[1]), fields[3], fields[4].strip()


def record(owner: bytes, ttl: int, type_: str, data: bytes) -> bytes:
    """A record whose owner is a name, or points to one, on the wire."""
    return owner + struct.pack(">HHIH", number(type_), 1, ttl,
                               len(data)) + data
