"""Scripted mail servers: each behaviour is a small function of its own.

A behaviour talks to one client through a Talk and ends the conversation by
returning. Anything that a client does to it (closing, resetting, not speaking
TLS) ends it as well.
"""

import collections
import contextlib
import dataclasses
import functools
import os
import select
import selectors
import socket
import ssl
import struct
import threading
import time

TLS_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


@dataclasses.dataclass
class Server:
    """One mail server, at all its addresses."""

    addresses: list[str]
    port: int = 25
    does: str = "normal"                # a behaviour below
    # PEM files of (chain, key), one for each key type it holds.
    chains: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    # Other chains, for clients that name another server (SNI).
    by_name: dict[str, list[tuple[str, str]]] = dataclasses.field(
        default_factory=dict)
    tls: list[str] = dataclasses.field(default_factory=list)    # versions
    helo: str = ""                      # the only client's name it accepts
    # The conversations so far, at each address.
    talks: dict[str, list["Talk"]] = dataclasses.field(
        default_factory=lambda: collections.defaultdict(list))

    @functools.cached_property
    def context(self) -> ssl.SSLContext:
        context = self._context(self.chains)
        others = {name: self._context(chains)
                  for name, chains in self.by_name.items()}

        def choose(connection, name, _):
            if name in others:
                connection.context = others[name]
        context.sni_callback = choose
        return context

    def context_of(self, chain: int) -> ssl.SSLContext:
        """With one of the chains alone."""
        return self._context(self.chains[chain:chain + 1])

    def change(self, chains: list[tuple[str, str]]) -> None:
        """Presents other chains from the next handshake on."""
        self.chains = chains
        del self.context

    def _context(self, chains) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        versions = [TLS_VERSIONS[v] for v in self.tls or ["1.2", "1.3"]]
        context.minimum_version = min(versions)
        context.maximum_version = max(versions)
        for chain, key in chains:
            context.load_cert_chain(chain, key)
        return context


class Talk:
    """One connection of a client, seen from the server."""

    def __init__(self, server: Server, connection: socket.socket):
        self.server = server
        self.socket = connection
        self.heard = b""
        self.address = connection.getsockname()[0]
        self.watched = os.dup(connection.fileno())
        self.ended = False

    def is_open(self) -> bool:
        """Whether the client still holds its end, as the kernel knows it."""
        if self.ended:
            return False
        poll = select.poll()
        poll.register(self.watched, select.POLLRDHUP)
        return not poll.poll(0)

    def others(self) -> list["Talk"]:
        """The other conversations at the same address, so far."""
        return [t for t in self.server.talks[self.address] if t is not self]

    def end(self) -> None:
        self.ended = True
        os.close(self.watched)
        with contextlib.suppress(OSError):
            self.socket.close()

    def say(self, text: str | bytes) -> None:
        if isinstance(text, str):
            text = text.encode() + b"\r\n"
        self.socket.sendall(text)

    def hear(self) -> str:
        """The client's next line; EOFError at the end."""
        while b"\n" not in self.heard:
            octets = self.socket.recv(4096)
            if not octets:
                raise EOFError
            self.heard += octets
        line, _, self.heard = self.heard.partition(b"\n")
        return line.decode("latin-1").strip()

    def hear_until(self, verb: str) -> str:
        """Answers politely until the client says VERB."""
        while True:
            line = self.hear()
            if line.upper().startswith(verb):
                return line
            if line.upper().startswith("QUIT"):
                self.say("221 bye")
                raise EOFError
            self.say("250 ok")

    def wait_for_end(self) -> None:
        """Says nothing until the client goes."""
        while self.socket.recv(65536):
            pass

    def start_tls(self) -> None:
        self.socket = self.server.context.wrap_socket(
            self.socket, server_side=True)

    def finish(self) -> None:
        """The rest of a conversation in which nothing strange happens."""
        while True:
            line = self.hear().upper()
            if line.startswith("QUIT"):
                self.say("221 2.0.0 bye")
                return
            self.say("250 2.0.0 ok")

    def greet(self) -> None:
        self.say("220 lab ESMTP")

    def offer(self, *extensions: str) -> None:
        """Hears EHLO and announces EXTENSIONS."""
        name = self.hear_until("EHLO").partition(" ")[2]
        if self.server.helo and name.lower() != self.server.helo.lower():
            self.say("550 5.7.1 that is not your name")
            return
        lines = ["lab", *extensions]
        # In one piece, as real servers do: line by line it would be Nagle's
        # algorithm that is measured.
        self.say("".join(f"250-{line}\r\n" for line in lines[:-1])
                 + "250 " + lines[-1])

    def until_starttls(self) -> None:
        """All that comes before STARTTLS is answered."""
        self.greet()
        self.offer("PIPELINING", "SIZE 10240000", "STARTTLS")
        self.hear_until("STARTTLS")


BEHAVIOURS = {}

# What servers do to whom no conversation comes: see MailServers._listen.
WITHOUT_TALK = ("refuses", "unreachable", "deaf")


def behaviour(function):
    """Registers a behaviour under the function's name, with dashes."""
    BEHAVIOURS[function.__name__.replace("_", "-")] = function
    return function


@behaviour
def normal(talk: Talk) -> None:
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.start_tls()
    talk.finish()


# --- before a greeting

@behaviour
def silent(talk: Talk) -> None:
    talk.wait_for_end()


@behaviour
def closes_at_once(talk: Talk) -> None:
    pass


@behaviour
def resets(talk: Talk) -> None:
    # With this, close() sends a reset and not an orderly end.
    talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           b"\1\0\0\0\0\0\0\0")


@behaviour
def drips(talk: Talk) -> None:
    talk.say(b"220-")
    while True:
        talk.say(b".")
        time.sleep(0.1)     # the pace of the drip


@behaviour
def greets_for_ever(talk: Talk) -> None:
    while True:
        talk.say("220-and another thing")
        time.sleep(0.01)    # or the client's memory is what is tested


@behaviour
def greets_with_megabytes(talk: Talk) -> None:
    talk.say(b"220 " + b"m" * (8 << 20) + b"\r\n")
    talk.wait_for_end()


@behaviour
def speaks_http(talk: Talk) -> None:
    talk.say("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n")


@behaviour
def speaks_ssh(talk: Talk) -> None:
    talk.say("SSH-2.0-OpenSSH_9.2p1")
    talk.wait_for_end()


@behaviour
def speaks_binary(talk: Talk) -> None:
    talk.say(bytes(range(256)) * 4 + b"\n")
    talk.wait_for_end()


# --- greetings

@behaviour
def greets_with_450(talk: Talk) -> None:
    talk.say("450 4.3.2 try again later")
    talk.hear_until("QUIT")


@behaviour
def greets_with_554(talk: Talk) -> None:
    talk.say("554 5.7.1 your address is on a list")
    talk.hear_until("QUIT")


@behaviour
def greets_in_many_lines(talk: Talk) -> None:
    for number in range(20):
        talk.say(f"220-line {number} of a long welcome")
    talk.say("220-")
    normal(talk)


@behaviour
def continues_with_another_code(talk: Talk) -> None:
    talk.say("220-hello")
    talk.say("250 and another code")
    talk.wait_for_end()


@behaviour
def greets_without_text(talk: Talk) -> None:
    talk.say("220")
    talk.offer("STARTTLS")
    talk.hear_until("STARTTLS")
    talk.say("220")
    talk.start_tls()
    talk.finish()


@behaviour
def ends_lines_with_bare_newlines(talk: Talk) -> None:
    talk.say(b"220 lab ESMTP\n")
    talk.hear_until("EHLO")
    talk.say(b"250-lab\n250 STARTTLS\n")
    talk.hear_until("STARTTLS")
    talk.say(b"220 ready\n")
    talk.start_tls()
    talk.finish()


@behaviour
def hostile(talk: Talk) -> None:
    """A greeting and a refusal that want to be more than text."""
    talk.say(b"220 \x1b]0;owned\x07\x1b[2J|performance=1 ::error::hello "
             b"]]>\x00 \xff\xfe \xe2\x80\xae gnp.exe\r\n")
    talk.offer("STARTTLS")
    talk.hear_until("STARTTLS")
    talk.say(b"454 4.7.0 \x1b[31mred\x1b[0m | ::error::no\x00 \xff "
             b"\xe2\x80\xaetxt ]]>\r\n")
    talk.finish()


# --- EHLO

@behaviour
def closes_after_ehlo(talk: Talk) -> None:
    talk.greet()
    talk.hear()


@behaviour
def knows_no_ehlo(talk: Talk) -> None:
    talk.greet()
    talk.hear_until("EHLO")
    talk.say("502 5.5.1 what is that")
    talk.hear_until("HELO")
    talk.say("250 lab")
    talk.finish()


@behaviour
def answers_ehlo_with_421(talk: Talk) -> None:
    talk.greet()
    talk.hear_until("EHLO")
    talk.say("421 4.3.2 shutting down")


@behaviour
def answers_ehlo_with_nonsense(talk: Talk) -> None:
    talk.greet()
    talk.hear_until("EHLO")
    talk.say("what did you say?")
    talk.wait_for_end()


@behaviour
def silent_after_ehlo(talk: Talk) -> None:
    talk.greet()
    talk.wait_for_end()


@behaviour
def announces_for_ever(talk: Talk) -> None:
    talk.greet()
    talk.hear_until("EHLO")
    while True:
        talk.say("250-ANOTHER THING")
        time.sleep(0.01)


@behaviour
def offers_no_starttls(talk: Talk) -> None:
    """Nor do a server's name and keywords that only resemble it."""
    talk.greet()
    talk.hear_until("EHLO")
    talk.say("250-STARTTLS\r\n250-XSTARTTLS\r\n250-STARTTLSX\r\n"
             "250-HELP STARTTLS\r\n250 PIPELINING")
    talk.finish()


@behaviour
def offers_starttls_in_small_letters(talk: Talk) -> None:
    talk.greet()
    talk.offer("starttls")
    talk.hear_until("STARTTLS")
    talk.say("220 ready")
    talk.start_tls()
    talk.finish()


# --- STARTTLS

def refuses_starttls(reply: str):
    def refuse(talk: Talk) -> None:
        talk.until_starttls()
        talk.say(reply)
        talk.finish()
    return refuse


BEHAVIOURS["answers-starttls-with-454"] = refuses_starttls(
    "454 4.7.0 TLS not available due to a temporary reason")
BEHAVIOURS["answers-starttls-with-421"] = refuses_starttls(
    "421 4.3.2 shutting down")
BEHAVIOURS["answers-starttls-with-501"] = refuses_starttls(
    "501 5.5.4 no parameters allowed")
BEHAVIOURS["answers-starttls-with-502"] = refuses_starttls(
    "502 5.5.1 not implemented")


@behaviour
def closes_instead_of_starttls(talk: Talk) -> None:
    talk.until_starttls()


@behaviour
def silent_after_starttls(talk: Talk) -> None:
    talk.until_starttls()
    talk.wait_for_end()


# --- the handshake

def after_220(octets: bytes):
    """Agrees to TLS, then sends OCTETS instead of a handshake."""
    def misbehave(talk: Talk) -> None:
        talk.until_starttls()
        talk.say("220 2.0.0 ready")
        talk.socket.recv(4096)
        talk.say(octets)
        talk.socket.shutdown(socket.SHUT_WR)
        talk.wait_for_end()
    return misbehave


BEHAVIOURS["closes-after-220"] = after_220(b"")
BEHAVIOURS["plain-text-after-220"] = after_220(b"250 what now?\r\n" * 8)
BEHAVIOURS["garbage-after-220"] = after_220(
    b"\x16\x03\x03\x00\x40" + bytes(range(64)))
BEHAVIOURS["alert-after-220"] = after_220(
    b"\x15\x03\x03\x00\x02\x02\x28")    # fatal, handshake_failure


@behaviour
def silent_after_220(talk: Talk) -> None:
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.wait_for_end()


@behaviour
def injects_plain_text(talk: Talk) -> None:
    talk.until_starttls()
    talk.say(b"220 2.0.0 ready\r\n250-injected\r\n250 STARTTLS\r\n")
    talk.start_tls()
    talk.finish()


@behaviour
def injects_later(talk: Talk) -> None:
    """The same in a read of its own: the client has begun its handshake."""
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.socket.recv(4096)
    talk.say("250 injected")
    talk.wait_for_end()


@behaviour
def stalls_in_handshake(talk: Talk) -> None:
    """The first octets of a real handshake, and no more."""
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = talk.server.context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(talk.socket.recv(4096))
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    talk.say(outgoing.read()[:200])
    talk.wait_for_end()


@behaviour
def resets_in_handshake(talk: Talk) -> None:
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.socket.recv(4096)
    # Closed with a linger time of 0, a connection is reset.
    talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           struct.pack("ii", 1, 0))


@behaviour
def silent_after_handshake(talk: Talk) -> None:
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.start_tls()
    talk.wait_for_end()


# The suites below TLS 1.3 that a certificate with an EC key goes with.
ECDSA_SUITES = {0xc009, 0xc00a, 0xc023, 0xc024, 0xc02b, 0xc02c, 0xc05c, 0xc05d,
                0xc072, 0xc073, 0xc086, 0xc087, 0xc0ac, 0xc0ad, 0xc0ae, 0xc0af,
                0xcca9}


def suites(hello: bytes) -> set[int]:
    """The cipher suites of a ClientHello (RFC 8446 4.1.2) in its record."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    size = int.from_bytes(hello[at:at + 2], "big")
    return {int.from_bytes(hello[i:i + 2], "big")
            for i in range(at + 2, at + 2 + size, 2)}


@behaviour
def looks_at_suites_alone(talk: Talk) -> None:
    """As old servers do, to whom signature algorithms mean nothing.

    The first chain is one with an EC key, the second one is not.
    """
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.socket.recv(1, socket.MSG_PEEK)
    chosen = 0 if ECDSA_SUITES & suites(
        talk.socket.recv(4096, socket.MSG_PEEK)) else 1
    talk.socket = talk.server.context_of(chosen).wrap_socket(
        talk.socket, server_side=True)
    talk.finish()


@behaviour
def closes_after_handshake(talk: Talk) -> None:
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.start_tls()


# --- more than one connection

@behaviour
def says_421_to_the_second(talk: Talk) -> None:
    if talk.others():
        talk.say("421 4.7.0 too many connections from you")
        return
    normal(talk)


def second(does):
    """Does something else from the second connection on."""
    def behave(talk: Talk) -> None:
        (does if talk.others() else normal)(talk)
    return behave


for name in ("closes-at-once", "resets", "speaks-http",
             "answers-starttls-with-454"):
    BEHAVIOURS["second-" + name] = second(BEHAVIOURS[name])


@behaviour
def one_at_a_time(talk: Talk) -> None:
    if any(other.is_open() for other in talk.others()):
        talk.say("421 4.7.0 one connection at a time")
        return
    normal(talk)


class MailServers:
    """All the servers, each connection in a thread of its own."""

    def __init__(self, servers: list[Server]):
        self.lock = threading.Lock()
        self.selector = selectors.DefaultSelector()
        self.kept: list[socket.socket] = []
        for server in servers:
            server.context      # made now, so that a mistake in it is seen
            for address in server.addresses:
                self._listen(server, address)

    def _listen(self, server: Server, address: str) -> None:
        """Behaviours that need no conversation are made here."""
        if server.does in ("refuses", "unreachable"):
            return
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, server.port))
        self.kept.append(listener)
        if server.does == "deaf":
            # A full queue: the kernel drops whoever else wants to connect.
            listener.listen(0)
            self.kept.append(socket.create_connection((address, server.port)))
            return
        listener.listen(32)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, server)

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            for key, _ in self.selector.select():
                with contextlib.suppress(OSError):
                    connection, _ = key.fileobj.accept()
                    threading.Thread(target=self._serve, daemon=True,
                                     args=(key.data, connection)).start()

    def _serve(self, server: Server, connection: socket.socket) -> None:
        connection.setblocking(True)
        talk = Talk(server, connection)
        with self.lock:
            server.talks[talk.address].append(talk)
        # A client that goes away is no news here.
        with contextlib.suppress(OSError, EOFError):
            BEHAVIOURS[server.does](talk)
        with self.lock:
            talk.end()
