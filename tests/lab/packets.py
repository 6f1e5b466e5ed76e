"""Every packet on the lab's loopback interface, counted by where it goes.

Of a TCP connection the first packet alone is counted: the end of one can come
long after its program thinks that it has closed it.
"""

import collections
import ipaddress
import select
import socket
import struct
import threading

IPV4, IPV6 = 0x0800, 0x86dd     # EtherTypes
SYN, ACK = 0x02, 0x10
SOL_PACKET, PACKET_STATISTICS = 263, 6
PACKET_OUTGOING = 4             # each packet comes by on its way in, too


def begins_nothing(protocol: int, payload: bytes) -> bool:
    """A packet of a TCP connection that is not its first (RFC 9293 3.1)."""
    return (protocol == socket.IPPROTO_TCP and len(payload) > 13
            and payload[13] & (SYN | ACK) != SYN)


def destination(kind: int, packet: bytes) -> str | None:
    """Where a packet goes, None: it does not count."""
    if kind == IPV4 and len(packet) >= 20:
        header = packet[0] % 16 * 4
        if not begins_nothing(packet[9], packet[header:]):
            return str(ipaddress.IPv4Address(packet[16:20]))
    if kind == IPV6 and len(packet) >= 40:
        if not begins_nothing(packet[6], packet[40:]):
            return str(ipaddress.IPv6Address(packet[24:40]))
    return None


class Watch:
    """Counts from the beginning of a with statement to its end."""

    def __enter__(self) -> "Watch":
        self.to: collections.Counter[str] = collections.Counter()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                    socket.htons(3))    # ETH_P_ALL
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.bind(("lo", 3))
        self.socket.setblocking(False)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._count)
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.thread.join()
        self._take()
        _, lost = struct.unpack("II", self.socket.getsockopt(
            SOL_PACKET, PACKET_STATISTICS, 8))
        self.socket.close()
        if lost:
            raise RuntimeError(f"{lost} packets went by uncounted")

    def _count(self) -> None:
        while not self.ended.is_set():
            select.select([self.socket], [], [], 0.1)
            self._take()

    def _take(self) -> None:
        """All that have come by now."""
        while True:
            try:
                packet, where = self.socket.recvfrom(128)
            except BlockingIOError:
                return
            to = destination(where[1], packet)
            if where[2] == PACKET_OUTGOING and to is not None:
                self.to[to] += 1
