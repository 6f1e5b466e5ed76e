"""Scripted resolvers: each in front of an honest one, with a fault of its own.

What a user may name with --resolver, and blame a domain for: a router that has
not heard of DNSSEC, a filter, a DNS64 (RFC 6147). A case names one in its
`run`: {resolver dns64} is its address.
"""

import contextlib
import dataclasses
import socketserver
import struct
import threading

import wire
from names import (HEADER, RCODES, TRUNCATED, ask_tcp, ask_udp, has_answer,
                   name_end, question, read_stream, reply, write_stream)

NXDOMAIN = RCODES["nxdomain"]
OPT = 41
CHECKING_DISABLED = 0x0010
DO = 0x8000             # in the TTL of an OPT record (RFC 3225 3)
PREFIX = bytes.fromhex("0064ff9b") + bytes(8)   # 64:ff9b::/96 (RFC 6052 2.1)
DENIALS = (wire.TYPES["NSEC"], wire.TYPES["NSEC3"])
RRSIG, A, AAAA, TLSA = (wire.TYPES[type_]
                        for type_ in ("RRSIG", "A", "AAAA", "TLSA"))

# Types whose data is a name, behind so many octets.
NAMES_IN_DATA = {wire.TYPES[type_]: before for type_, before in
                 (("NS", 0), ("CNAME", 0), ("DNAME", 0), ("MX", 2))}


@dataclasses.dataclass
class Record:
    """Of a message; nothing in it points anywhere."""

    owner: bytes
    type_: int
    class_: int
    ttl: int
    data: bytes

    @property
    def covered(self) -> int:
        """The type that it signs; 0: it is no signature."""
        return (struct.unpack_from(">H", self.data)[0]
                if self.type_ == RRSIG else 0)

    def octets(self) -> bytes:
        return self.owner + struct.pack(
            ">HHIH", self.type_, self.class_, self.ttl,
            len(self.data)) + self.data


def _name(packet: bytes, at: int) -> bytes:
    """The name there, without pointers."""
    labels = b""
    while packet[at]:
        if packet[at] >= 0xc0:
            at = struct.unpack_from(">H", packet, at)[0] & 0x3fff
        else:
            labels += packet[at:at + 1 + packet[at]]
            at += 1 + packet[at]
    return labels + b"\0"


def _data(packet: bytes, type_: int, at: int, size: int) -> bytes:
    if type_ in NAMES_IN_DATA:
        before = NAMES_IN_DATA[type_]
        return packet[at:at + before] + _name(packet, at + before)
    if type_ == wire.TYPES["SOA"]:
        second = name_end(packet, at)
        return (_name(packet, at) + _name(packet, second)
                + packet[at + size - 20:at + size])
    return packet[at:at + size]


class Message:
    """An answer in parts, which can be taken out."""

    def __init__(self, packet: bytes):
        self.id, self.flags, _, *counts = HEADER.unpack_from(packet)
        at = question(packet)[2]
        self.question = packet[12:at]
        self.sections: list[list[Record]] = []
        for count in counts:
            self.sections.append([])
            for _ in range(count):
                end = name_end(packet, at)
                type_, class_, ttl, size = struct.unpack_from(
                    ">HHIH", packet, end)
                self.sections[-1].append(Record(
                    _name(packet, at), type_, class_, ttl,
                    _data(packet, type_, end + 10, size)))
                at = end + 10 + size

    def keep(self, wanted) -> None:
        for section in self.sections:
            section[:] = [record for record in section
                          if record.type_ == OPT or wanted(record)]

    def octets(self) -> bytes:
        return HEADER.pack(
            self.id, self.flags, 1, *map(len, self.sections)
        ) + self.question + b"".join(
            record.octets() for section in self.sections for record in section)


def unsigned(*types: str):
    """Leaves out signatures of these types, or of all."""
    numbers = [wire.TYPES[type_] for type_ in types]

    def change(query: bytes, honest: bytes, ask) -> bytes:
        message = Message(honest)
        message.keep(lambda record: not record.covered or (
            bool(numbers) and record.covered not in numbers))
        return message.octets()
    return change


def no_authority(query: bytes, honest: bytes, ask) -> bytes:
    message = Message(honest)
    message.sections[1].clear()
    return message.octets()


def no_denials(query: bytes, honest: bytes, ask) -> bytes:
    message = Message(honest)
    message.keep(lambda record: not {record.type_, record.covered}
                 & set(DENIALS))
    return message.octets()


def no_edns(query: bytes, honest: bytes, ask) -> bytes:
    """As one that has never heard of EDNS, nor so of DNSSEC."""
    message = Message(honest)
    signs = (RRSIG, *DENIALS)
    for section in message.sections:
        section[:] = [record for record in section
                      if record.type_ not in (*signs, OPT)]
    return message.octets()


def error_for(rcode: str, *types: str):
    """An error in place of an answer of these types."""
    numbers = [wire.TYPES[type_] for type_ in types]

    def change(query: bytes, honest: bytes, ask) -> bytes:
        if question(query)[1] in numbers:
            return reply(query, rcode=RCODES[rcode], flags=0x80)
        return honest
    return change


def drop(*types: str):
    numbers = [wire.TYPES[type_] for type_ in types]

    def change(query: bytes, honest: bytes, ask) -> bytes:
        return b"" if question(query)[1] in numbers else honest
    return change


def servfail_denials(query: bytes, honest: bytes, ask) -> bytes:
    """An error where there is nothing of the kind."""
    return honest if has_answer(honest) else reply(
        query, rcode=RCODES["servfail"], flags=0x80)


def servfail_tlsa_denials(query: bytes, honest: bytes, ask) -> bytes:
    if question(query)[1] != TLSA:
        return honest
    return servfail_denials(query, honest, ask)


def dns64(query: bytes, honest: bytes, ask) -> bytes:
    """AAAA records out of A records, whatever is said of DNSSEC."""
    name, type_, end = question(query)
    message = Message(honest)
    found = [record.type_ for record in message.sections[0]]
    if type_ != AAAA or AAAA in found:
        return honest
    other = query[:end - 4] + struct.pack(">HH", A, 1) + query[end:]
    addresses = [record for record in Message(ask(other)).sections[0]
                 if record.type_ == A]
    if not addresses:
        return honest
    message.sections[0] = [
        dataclasses.replace(record, type_=AAAA, data=PREFIX + record.data)
        for record in addresses]
    message.sections[1].clear()
    return message.octets()


def dns64_checked(query: bytes, honest: bytes, ask) -> bytes:
    """The same as RFC 6147 5.5 wants it: not for those that validate."""
    (flags,) = struct.unpack_from(">H", query, 2)
    return honest if flags & CHECKING_DISABLED else dns64(query, honest, ask)


def nothing(query: bytes, honest: bytes, ask) -> bytes:
    return b""


def refuse(query: bytes, honest: bytes, ask) -> bytes:
    """It is not for this client."""
    return reply(query, rcode=RCODES["refused"])


def denies_tlsa(query: bytes, honest: bytes, ask) -> bytes:
    """As a filter does it that knows a few types only."""
    return reply(query, flags=0x80) if question(query)[1] == TLSA else honest


def mangled(query: bytes, honest: bytes, ask) -> bytes:
    return honest[:-7] if question(query)[1] == TLSA else honest


def distrusts(query: bytes, honest: bytes, ask) -> bytes:
    """It validates, and nothing passes: its clock or its anchor is wrong."""
    (flags,) = struct.unpack_from(">H", query, 2)
    return honest if flags & CHECKING_DISABLED else reply(
        query, rcode=RCODES["servfail"], flags=0x80)


def split(query: bytes, honest: bytes, ask) -> bytes:
    """A view of its own: there are mail servers where nobody else has a name
    (RFC 8499 6), and they are not signed."""
    name, type_, end = question(query)
    records = {wire.TYPES["MX"]: wire.rdata("MX", f"10 mx.{name}"),
               A: bytes([198, 18, 53, 250])}
    message = Message(honest)
    if message.flags & 15 != NXDOMAIN or type_ not in records:
        return honest
    message.flags &= ~15
    message.sections[0] = [Record(wire.wire_name(name), type_, 1, 300,
                                  records[type_])]
    message.sections[1].clear()
    return message.octets()


def honestly(query: bytes, honest: bytes, ask) -> bytes:
    return honest


# What becomes of the honest answer: of the question, that answer, and what asks
# another one. What is empty is not sent.
KINDS = {
    "honest": honestly,
    "no-rrsig": unsigned(),
    "no-rrsig-tlsa": unsigned("TLSA"),
    "no-rrsig-mx": unsigned("MX"),
    "no-rrsig-a": unsigned("A", "AAAA"),
    "no-rrsig-ds": unsigned("DS"),
    "no-rrsig-dnskey": unsigned("DNSKEY"),
    "no-rrsig-denials": unsigned("SOA", "NSEC", "NSEC3"),
    "no-authority": no_authority,
    "no-denials": no_denials,
    "no-edns": no_edns,
    "drops-tlsa": drop("TLSA"),
    "drops-mx": drop("MX"),
    "refuses-tlsa": error_for("refused", "TLSA"),
    "servfail-tlsa": error_for("servfail", "TLSA"),
    "notimp-tlsa": error_for("notimp", "TLSA"),
    "nxdomain-tlsa": error_for("nxdomain", "TLSA"),
    "denies-tlsa": denies_tlsa,
    "mangles-tlsa": mangled,
    "servfail-mx": error_for("servfail", "MX"),
    "servfail-denials": servfail_denials,
    "servfail-tlsa-denials": servfail_tlsa_denials,
    "dns64": dns64,
    "dns64-checked": dns64_checked,
    "split": split,
    "silent": nothing,
    "refuses": refuse,
    "udp-only": honestly,
    "truncates": honestly,
    "distrusts": distrusts,
}

ADDRESSES = {name: f"198.18.53.{number}"
             for number, name in enumerate(KINDS, 1)}


# Octets of a TLSA answer over UDP: with a signature, it is larger than that.
SMALL = 100


class Forwarder:
    """A resolver of a kind, in front of UPSTREAM."""

    def __init__(self, kind: str, upstream: str):
        self.kind, self.upstream = kind, upstream

    def answer(self, query: bytes, asks) -> bytes:
        def ask(other: bytes) -> bytes:
            return asks(self.upstream, other)
        return KINDS[self.kind](query, ask(query), ask)

    def udp(self, query: bytes) -> bytes:
        answer = self.answer(query, ask_udp)
        if self.kind == "truncates" or (
                self.kind == "udp-only" and len(answer) > SMALL
                and question(query)[1] == TLSA):
            answer = reply(query, flags=0x80 | TRUNCATED)
        return answer

    def tcp(self, query: bytes) -> bytes:
        return (b"" if self.kind in ("udp-only", "truncates") else
                self.answer(query, ask_tcp))

    def start(self) -> None:
        forwarder = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self):
                query, port = self.request
                with contextlib.suppress(OSError):
                    answer = forwarder.udp(query)
                    if answer:
                        port.sendto(answer, self.client_address)

        class Stream(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError, EOFError):
                    query = read_stream(self.request)
                    answer = forwarder.tcp(query)
                    if answer:
                        write_stream(self.request, answer)

        place = (ADDRESSES[self.kind], 53)
        for server in (socketserver.ThreadingUDPServer(place, Datagram),
                       socketserver.ThreadingTCPServer(place, Stream)):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()


def start(kinds: list[str], upstream: str) -> None:
    for kind in kinds:
        Forwarder(kind, upstream).start()
