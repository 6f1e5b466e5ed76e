"""A scripted name server: a relay to an honest one that lies on request."""

import collections
import contextlib
import math
import socket
import socketserver
import struct
import threading
import time

import wire
from dnssec import DAY, HOUR, sign

RCODES = {"formerr": 1, "servfail": 2, "nxdomain": 3, "notimp": 4,
          "refused": 5}

# What a rule may ask for, beside the RCODEs (an empty answer with them).
ACTIONS = {
    "drop": "no answer at all",
    "empty": "no records, no proof that there are none",
    "unsigned": "the honest answer without signatures and proofs",
    "mangled": "a packet that ends in the middle of a record",
    "truncated": "a truncated answer, and no TCP",
    "truncated-ever": "a truncated answer, over TCP, too",
    "tcp-alone": "no answer over UDP, and the honest one over TCP",
    "over-tcp": "a truncated answer, and the honest one over TCP",
    "twice": "each record of the honest answer twice",
    "slow": "the honest answer after a second",
    "slow-2": "the honest answer after two seconds",
    "slow-0.3": "the same after three tenths of one",
    "undenied": "the honest answer without NSEC and NSEC3 records",
    "behind": "the honest answer of the server that is behind",
    "anew": "the honest records, signed now, from an hour ago on",
    "young": "the honest records, their signature to begin in 30 seconds",
    "compact": "a signed NSEC record that only this type is not there",
    "nxname": "the same of no such name (RFC 9824)",
    "denied-beside": "a signed NSEC record, of another name",
    "borrowed": "the honest answer, not as of an authority",
    "lame": "a referral to the root, as of a server that lacks the zone",
    **{rcode: rcode.upper() for rcode in RCODES},
}

OVER_TCP = ("over-tcp", "tcp-alone")    # honest there

DELAYS = {"slow": 1, "slow-2": 2, "slow-0.3": 0.3}     # seconds

HEADER = struct.Struct(">HHHHHH")
AUTHORITATIVE, TRUNCATED = 0x0400, 0x0200
QUESTION = b"\xc0\x0c"           # where the name of the question is
OPT = b"\0\0\x29\x04\xd0\0\0\x80\0\0\0"    # with the bit DO (RFC 6891)


def question(packet: bytes) -> tuple[str, int, int]:
    """Name, type and the end of the question of a query."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1"))
        at += 1 + packet[at]
    (type_,) = struct.unpack_from(">H", packet, at + 1)
    return ".".join(labels + [""]).lower(), type_, at + 5


def query(name: str, type_: str) -> bytes:
    """A question of our own, without DNSSEC."""
    return (HEADER.pack(0, 0, 1, 0, 0, 0) + wire.wire_name(name)
            + struct.pack(">HH", wire.number(type_), 1))


def has_answer(packet: bytes) -> bool:
    return HEADER.unpack_from(packet)[3] > 0


def reply(query: bytes, rcode: int = 0, flags: int = AUTHORITATIVE,
          records: bytes = b"", counts: tuple = (0, 0, 0)) -> bytes:
    ident, asked, *_, additional = HEADER.unpack_from(query)
    flags |= 0x8000 | asked & 0x0110 | rcode
    if records and additional:
        records += OPT
        counts = counts[:2] + (counts[2] + 1,)
    return (HEADER.pack(ident, flags, 1, *counts)
            + query[12:question(query)[2]] + records)


def name_end(packet: bytes, at: int) -> int:
    while packet[at] and packet[at] < 0xc0:
        at += 1 + packet[at]
    return at + (2 if packet[at] else 1)


def skip_record(packet: bytes, at: int) -> int:
    at = name_end(packet, at)
    (size,) = struct.unpack_from(">H", packet, at + 8)
    return at + 10 + size


def twice(query: bytes, honest: bytes) -> bytes:
    """Only the answer section, and all in it once more."""
    count = HEADER.unpack_from(honest)[3]
    start = end = question(honest)[2]
    for _ in range(count):
        end = skip_record(honest, end)
    return reply(query, records=honest[start:end] * 2,
                 counts=(2 * count, 0, 0))


def answer_types(packet: bytes) -> list[int]:
    """The types of the records in the answer section."""
    at, found = question(packet)[2], []
    for _ in range(HEADER.unpack_from(packet)[3]):
        found.append(struct.unpack_from(">H", packet, name_end(packet, at))[0])
        at = skip_record(packet, at)
    return found


def undenied(honest: bytes) -> bytes:
    """Without the denials; what is before them does not point to them."""
    counts = list(HEADER.unpack_from(honest))
    at = question(honest)[2]
    kept = honest[12:at]
    for section in 3, 4, 5:
        for _ in range(counts[section]):
            end = skip_record(honest, at)
            if _denies(honest, at):
                counts[section] -= 1
            else:
                kept += honest[at:end]
            at = end
    return HEADER.pack(*counts) + kept


def _denies(packet: bytes, at: int) -> bool:
    """Whether the record there is a denial, or signs one."""
    denials = (wire.TYPES["NSEC"], wire.TYPES["NSEC3"])
    type_, of = struct.unpack_from(">H8xH", packet + b"\0\0",
                                   name_end(packet, at))
    return type_ in denials or (type_ == wire.TYPES["RRSIG"]
                                and of in denials)


def without_dnssec(query: bytes) -> bytes:
    """The query as a client would send it that knows no DNSSEC."""
    counts = HEADER.unpack_from(query)[:5]
    return HEADER.pack(*counts, 0) + query[12:question(query)[2]]


def wire_record(line: str) -> tuple[tuple[str, int], bytes]:
    """Which question a line of a zone file answers, and the record in wire
    format, its owner a pointer to the question. TLSA and RRSIG."""
    owner, ttl, type_, data = wire.split(line)
    answers = data.split()[0] if type_ == "RRSIG" else type_
    return (owner.lower(), wire.number(answers)), wire.record(
        QUESTION, ttl, type_, wire.rdata(type_, data))


class Crowd:
    """How many questions are in progress at once, by where they are from and
    the zone that they are about. One that is sent again is still one."""

    def __init__(self):
        self.lock = threading.Lock()
        self.until = math.inf       # monotonic; more is not counted then
        self.now: dict = collections.defaultdict(collections.Counter)
        self.most: collections.Counter = collections.Counter()

    @contextlib.contextmanager
    def of(self, source: str, zone: str, question: tuple[str, int]):
        """One more, until the end of the with statement."""
        now = self.now[source, zone]
        with self.lock:
            now[question] += 1
            if time.monotonic() < self.until:
                self.most[source, zone] = max(self.most[source, zone],
                                              len(now))
        try:
            yield
        finally:
            with self.lock:
                now[question] -= 1
                if not now[question]:
                    del now[question]


class NameServer:
    """Listens at ADDRESS, relays to UPSTREAM but where a rule applies.

    A rule's key is (absolute name, type name); a name that begins with "*."
    stands for all names below, and the type "*" for all types. OWN are lines of
    zone files that UPSTREAM does not have. ZONES have what to sign with, by
    name, and BEHIND is the server that is. STREAM is "answers", or what becomes
    of TCP: it is "closed", or "silent" once it is connected.
    """

    def __init__(self, address: str, upstream: str, behind: str,
                 rules: dict[tuple[str, str], str], own: list[str],
                 zones: dict, stream: str = "answers"):
        self.address, self.upstream, self.behind = address, upstream, behind
        self.zones, self.stream = zones, stream
        self.crowd = Crowd()
        self.own = records_of_own(own)
        self.exact = {(name, wire.number(type_)): action
                      for (name, type_), action in rules.items()
                      if type_ != "*"}
        self.all_of = {name.removeprefix("*."): action
                       for (name, type_), action in rules.items()
                       if type_ == "*"}
        self.below = {"." + name.removeprefix("*.")
                      for (name, type_) in rules
                      if type_ == "*" and name.startswith("*.")}
        self.asked: set[tuple[str, int]] = set()

    def was_asked(self, name: str, type_: str) -> bool:
        return (name.lower(), wire.number(type_)) in self.asked

    def start(self) -> None:
        server = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self):
                query, port = self.request
                with contextlib.suppress(OSError):
                    answer = server.hear(query, self.client_address[0],
                                         ask_udp)
                    if answer:
                        port.sendto(answer, self.client_address)

        class Stream(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError, EOFError):
                    query = read_stream(self.request)
                    answer = server.hear(query, self.client_address[0],
                                         ask_tcp)
                    if answer:
                        write_stream(self.request, answer)

        class Silence(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    while self.request.recv(4096):
                        pass

        listeners = [socketserver.ThreadingUDPServer(
            (self.address, 53), Datagram)]
        if self.stream != "closed":
            listeners.append(socketserver.ThreadingTCPServer(
                (self.address, 53),
                Stream if self.stream == "answers" else Silence))
        for each in listeners:
            each.daemon_threads = True
            threading.Thread(target=each.serve_forever, daemon=True).start()

    def action(self, query: bytes) -> str:
        name, type_, _ = question(query)
        self.asked.add((name, type_))
        if (name, type_) in self.exact:
            return self.exact[name, type_]
        if name in self.all_of:
            return self.all_of[name]
        for suffix in self.below:
            if name.endswith(suffix):
                return self.all_of[suffix[1:]]
        return "honest"

    def hear(self, query: bytes, source: str, ask) -> bytes:
        """The same as answer(), counted."""
        asked = question(query)[:2]
        zone = self._zone(asked[0]).name if self.zones else ""
        with self.crowd.of(source, zone, asked):
            return self.answer(query, ask)

    def answer(self, query: bytes, ask) -> bytes:
        """What goes back to the client; nothing when it is empty."""
        action = self.action(query)
        stream = ask is ask_tcp
        own = self.own.get(question(query)[:2])
        if action == "honest" and own:
            return reply(query, records=b"".join(own),
                         counts=(len(own), 0, 0))
        if action == "honest" or (stream and action in OVER_TCP):
            return ask(self.upstream, query)
        if action in DELAYS:
            time.sleep(DELAYS[action])
            return ask(self.upstream, query)
        if action in ("drop", "tcp-alone") or (
                action == "truncated" and stream):
            return b""
        if action in RCODES:
            return reply(query, rcode=RCODES[action])
        return getattr(self, "_" + action.replace("-", "_"))(query, ask)

    def _truncated(self, query: bytes, ask) -> bytes:
        return reply(query, flags=AUTHORITATIVE | TRUNCATED)

    _over_tcp = _truncated_ever = _truncated

    def _empty(self, query: bytes, ask) -> bytes:
        return reply(query)

    def _unsigned(self, query: bytes, ask) -> bytes:
        return ask(self.upstream, without_dnssec(query))

    def _mangled(self, query: bytes, ask) -> bytes:
        return ask(self.upstream, query)[:-7]

    def _twice(self, query: bytes, ask) -> bytes:
        return twice(query, ask(self.upstream, query))

    def _undenied(self, query: bytes, ask) -> bytes:
        return undenied(ask(self.upstream, query))

    def _behind(self, query: bytes, ask) -> bytes:
        return ask(self.behind, query)

    def _borrowed(self, query: bytes, ask) -> bytes:
        """As a resolver would that the server is no more than."""
        honest = ask(self.upstream, query)
        ident, flags, *counts = HEADER.unpack_from(honest)
        return HEADER.pack(ident, flags & ~AUTHORITATIVE | 0x80,
                           *counts) + honest[12:]

    def _lame(self, query: bytes, ask) -> bytes:
        root_ns = b"\0\0\2\0\1\0\0\x0e\x10\0\5\3lab\0"
        return reply(query, flags=0, records=root_ns, counts=(0, 1, 0))

    def _zone(self, name: str):
        """The zone that the name is in."""
        return max((zone for zone in self.zones.values()
                    if ("." + name).endswith("." + zone.name.lstrip("."))),
                   key=lambda zone: len(zone.name))

    def _young(self, query: bytes, ask, begin: int = 30) -> bytes:
        name, number, _ = question(query)
        zone = self._zone(name)
        type_ = next(t for t, n in wire.TYPES.items() if n == number)
        records = signed(zone, name, type_, *zone.rrsets[name, type_],
                         begin=begin)
        return reply(query, records=b"".join(records),
                     counts=(len(records), 0, 0))

    def _anew(self, query: bytes, ask) -> bytes:
        return self._young(query, ask, begin=-HOUR)

    def _nxname(self, query: bytes, ask, there: str = "NXNAME") -> bytes:
        name = question(query)[0]
        zone = self._zone(name)
        records = signed(zone, zone.name, "SOA", *zone.rrsets[
            zone.name, "SOA"], begin=-DAY)
        # The next name is the first that there can be (RFC 9824 3.1): a label
        # of one zero octet, as wire_name() makes it of that character.
        records += signed(zone, name, "NSEC", 300,
                          [f"\0.{name} RRSIG NSEC {there}"], begin=-DAY)
        return reply(query, records=b"".join(records),
                     counts=(0, len(records), 0))

    def _denied_beside(self, query: bytes, ask) -> bytes:
        zone = self._zone(question(query)[0])
        records = signed(zone, zone.name, "SOA", *zone.rrsets[
            zone.name, "SOA"], begin=-DAY)
        records += signed(zone, f"a.{zone.name}", "NSEC", 300,
                          [f"b.{zone.name} TXT RRSIG NSEC"], begin=-DAY)
        return reply(query, records=b"".join(records),
                     counts=(0, len(records), 0))

    def _compact(self, query: bytes, ask) -> bytes:
        return self._nxname(query, ask, "TXT")


def records_of_own(lines: list[str]) -> dict[tuple[str, int], list[bytes]]:
    """Those of lines of zone files, by the question that they answer."""
    found: dict[tuple[str, int], list[bytes]] = {}
    for asked, octets in map(wire_record, lines):
        found.setdefault(asked, []).append(octets)
    return found


def signed(zone, owner: str, type_: str, ttl: int, datas: list[str],
           begin: int) -> list[bytes]:
    """An RRset on the wire, signed with the zone's key from BEGIN on."""
    name = wire.wire_name(owner)
    rrsig = sign(zone.signers[0], owner, type_, ttl, datas, begin, 20 * DAY)
    return [wire.record(name, ttl, type_, wire.rdata(type_, data))
            for data in datas] + [wire.record(
                name, ttl, "RRSIG", wire.rdata("RRSIG", rrsig))]


def read_stream(connection: socket.socket) -> bytes:
    def exactly(size: int) -> bytes:
        octets = b""
        while len(octets) < size:
            more = connection.recv(size - len(octets))
            if not more:
                raise EOFError
            octets += more
        return octets
    return exactly(int.from_bytes(exactly(2), "big"))


def write_stream(connection: socket.socket, packet: bytes) -> None:
    connection.sendall(len(packet).to_bytes(2, "big") + packet)


def ask_udp(address: str, query: bytes) -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as upstream:
        upstream.settimeout(5)
        upstream.sendto(query, (address, 53))
        return upstream.recv(65535)


def ask_tcp(address: str, query: bytes, patience: float = 5) -> bytes:
    with socket.create_connection((address, 53), patience) as upstream:
        write_stream(upstream, query)
        return read_stream(upstream)
