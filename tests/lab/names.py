"""A scripted name server: a relay to an honest one that lies on request."""

import base64
import calendar
import contextlib
import socket
import socketserver
import struct
import threading
import time

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16,
         "AAAA": 28, "DS": 43, "RRSIG": 46, "DNSKEY": 48, "TLSA": 52}

RCODES = {"formerr": 1, "servfail": 2, "nxdomain": 3, "notimp": 4,
          "refused": 5}

# What a rule may ask for, beside the RCODEs (an empty answer with them).
ACTIONS = {
    "drop": "no answer at all",
    "empty": "no records, no proof that there are none",
    "unsigned": "the honest answer without signatures and proofs",
    "mangled": "a packet that ends in the middle of a record",
    "truncated": "a truncated answer, and no TCP",
    "over-tcp": "a truncated answer, and the honest one over TCP",
    "twice": "each record of the honest answer twice",
    "slow": "the honest answer after a second",
    "lame": "a referral to the root, as of a server that lacks the zone",
    **{rcode: rcode.upper() for rcode in RCODES},
}

HEADER = struct.Struct(">HHHHHH")
AUTHORITATIVE, TRUNCATED = 0x0400, 0x0200


def question(packet: bytes) -> tuple[str, int, int]:
    """Name, type and the end of the question of a query."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1"))
        at += 1 + packet[at]
    (type_,) = struct.unpack_from(">H", packet, at + 1)
    return ".".join(labels + [""]).lower(), type_, at + 5


def wire_name(name: str) -> bytes:
    """Of an absolute name without escapes."""
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def query(name: str, type_: str) -> bytes:
    """A question of our own, without DNSSEC."""
    return (HEADER.pack(0, 0, 1, 0, 0, 0) + wire_name(name)
            + struct.pack(">HH", TYPES[type_], 1))


def has_answer(packet: bytes) -> bool:
    return HEADER.unpack_from(packet)[3] > 0


def reply(query: bytes, rcode: int = 0, flags: int = AUTHORITATIVE,
          records: bytes = b"", counts: tuple = (0, 0, 0)) -> bytes:
    ident, asked, *_ = HEADER.unpack_from(query)
    flags |= 0x8000 | asked & 0x0110 | rcode
    return (HEADER.pack(ident, flags, 1, *counts)
            + query[12:question(query)[2]] + records)


def skip_record(packet: bytes, at: int) -> int:
    while packet[at]:
        if packet[at] >= 0xc0:
            at += 1
            break
        at += 1 + packet[at]
    (size,) = struct.unpack_from(">H", packet, at + 9)
    return at + 11 + size


def twice(query: bytes, honest: bytes) -> bytes:
    """Only the answer section, and all in it once more."""
    count = HEADER.unpack_from(honest)[3]
    start = end = question(honest)[2]
    for _ in range(count):
        end = skip_record(honest, end)
    return reply(query, records=honest[start:end] * 2,
                 counts=(2 * count, 0, 0))


def without_dnssec(query: bytes) -> bytes:
    """The query as a client would send it that knows no DNSSEC."""
    counts = HEADER.unpack_from(query)[:5]
    return HEADER.pack(*counts, 0) + query[12:question(query)[2]]


def wire_record(line: str) -> tuple[tuple[str, int], bytes]:
    """Which question a line of a zone file answers, and the record in wire
    format, its owner a pointer to the question. TLSA and RRSIG."""
    owner, ttl, _, type_, *data = line.split()
    if type_ == "RRSIG":
        of, algorithm, labels, original, end, begin, tag, signer, *signature = (
            data)
        answers = TYPES[of]
        rdata = struct.pack(">HBBIIIH", answers, int(algorithm), int(labels),
                            int(original), seconds(end), seconds(begin),
                            int(tag))
        rdata += wire_name(signer) + base64.b64decode("".join(signature))
    else:
        answers = TYPES[type_]
        rdata = bytes(map(int, data[:3])) + bytes.fromhex("".join(data[3:]))
    head = struct.pack(">HHHIH", 0xc00c, TYPES[type_], 1, int(ttl), len(rdata))
    return (owner.lower(), answers), head + rdata


def seconds(when: str) -> int:
    """Of an RRSIG's time, as YYYYMMDDHHmmSS (RFC 4034 3.2)."""
    return calendar.timegm(time.strptime(when, "%Y%m%d%H%M%S"))


class NameServer:
    """Listens at ADDRESS, relays to UPSTREAM but where a rule applies.

    A rule's key is (absolute name, type name); a name that begins with "*."
    stands for all names below, and the type "*" for all types. OWN are lines of
    zone files that UPSTREAM does not have.
    """

    def __init__(self, address: str, upstream: str,
                 rules: dict[tuple[str, str], str], own: list[str]):
        self.address, self.upstream = address, upstream
        self.own: dict[tuple[str, int], list[bytes]] = {}
        for question_, record in map(wire_record, own):
            self.own.setdefault(question_, []).append(record)
        self.exact = {(name, TYPES[type_]): action
                      for (name, type_), action in rules.items()
                      if type_ != "*"}
        self.below = {name[2:]: action
                      for (name, type_), action in rules.items()
                      if type_ == "*"}
        self.asked: set[tuple[str, int]] = set()

    def was_asked(self, name: str, type_: str) -> bool:
        return (name.lower(), TYPES[type_]) in self.asked

    def start(self) -> None:
        server = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self):
                query, port = self.request
                with contextlib.suppress(OSError):
                    answer = server.answer(query, ask_udp)
                    if answer:
                        port.sendto(answer, self.client_address)

        class Stream(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError, EOFError):
                    query = read_stream(self.request)
                    answer = server.answer(query, ask_tcp)
                    if answer:
                        write_stream(self.request, answer)

        udp = socketserver.ThreadingUDPServer((self.address, 53), Datagram)
        tcp = socketserver.ThreadingTCPServer((self.address, 53), Stream)
        for each in udp, tcp:
            each.daemon_threads = True
            threading.Thread(target=each.serve_forever, daemon=True).start()

    def action(self, query: bytes) -> str:
        name, type_, _ = question(query)
        self.asked.add((name, type_))
        for suffix, action in self.below.items():
            if name.endswith(suffix):
                return action
        return self.exact.get((name, type_), "honest")

    def answer(self, query: bytes, ask) -> bytes:
        """What goes back to the client; nothing when it is empty."""
        action = self.action(query)
        stream = ask is ask_tcp
        own = self.own.get(question(query)[:2])
        if action == "honest" and own:
            return reply(query, records=b"".join(own),
                         counts=(len(own), 0, 0))
        if action == "honest" or (action == "over-tcp" and stream):
            return ask(self.upstream, query)
        if action == "slow":
            time.sleep(1)
            return ask(self.upstream, query)
        if action == "drop" or (action == "truncated" and stream):
            return b""
        if action in ("truncated", "over-tcp"):
            return reply(query, flags=AUTHORITATIVE | TRUNCATED)
        if action in RCODES:
            return reply(query, rcode=RCODES[action])
        if action == "empty":
            return reply(query)
        if action == "unsigned":
            return ask(self.upstream, without_dnssec(query))
        if action == "mangled":
            return ask(self.upstream, query)[:-7]
        if action == "twice":
            return twice(query, ask(self.upstream, query))
        if action == "lame":
            root_ns = b"\0\0\2\0\1\0\0\x0e\x10\0\5\3lab\0"
            return reply(query, flags=0, records=root_ns, counts=(0, 1, 0))
        raise ValueError(action)


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


def ask_tcp(address: str, query: bytes) -> bytes:
    with socket.create_connection((address, 53), timeout=5) as upstream:
        write_stream(upstream, query)
        return read_stream(upstream)
