"""One mail server of the lab, and one conversation with it."""

import collections
import contextlib
import ctypes
import dataclasses
import functools
import os
import pathlib
import select
import socket
import ssl
import subprocess
import tempfile

CLIENT_CERTIFICATE = {
    "": ssl.CERT_NONE,
    "asked": ssl.CERT_OPTIONAL,
    "demanded": ssl.CERT_REQUIRED,
}
TLS_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


# SSL_CTRL_SET_GROUPS_LIST and SSL_CTRL_SET_SIGALGS_LIST: SSL_CTX_ctrl(3).
SET_GROUPS, SET_SIGNATURES = 92, 98


LIBRARY = ctypes.CDLL("libssl.so.3")
LIBRARY.SSL_CTX_ctrl.restype = ctypes.c_long


@ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 2,
                  *[ctypes.c_int] * 3, *[ctypes.c_void_p] * 2)
def allow(*_) -> int:
    """Whatever it is: SSL_CTX_set_security_callback(3)."""
    return 1


def pointer(context: ssl.SSLContext) -> ctypes.c_void_p:
    """The SSL_CTX: an SSLContext has it behind Python's head of an object."""
    return ctypes.c_void_p.from_address(id(context) + object.__basicsize__)


def control(context: ssl.SSLContext, command: int, text: str) -> None:
    """Sets what Python's ssl has no method for."""
    if LIBRARY.SSL_CTX_ctrl(pointer(context), command, ctypes.c_long(0),
                            text.encode()) != 1:
        raise ValueError(f"OpenSSL does not know {text!r}")


@functools.cache
def dh_group(bits: int) -> str:
    """A file with a group of so many bits, for a finite field."""
    with tempfile.NamedTemporaryFile(suffix=".pem", delete=False) as file:
        subprocess.run(["openssl", "dhparam", str(bits)], stdout=file,
                       stderr=subprocess.DEVNULL, check=True)
    return file.name


@dataclasses.dataclass
class Server:
    """One mail server, at all its addresses."""

    addresses: list[str]
    port: int = 25
    does: str = "normal"                # a behaviour (behaviours.py)
    # PEM files of (chain, key), one for each key type it holds.
    chains: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    # Other chains, for clients that name another server (SNI).
    by_name: dict[str, list[tuple[str, str]]] = dataclasses.field(
        default_factory=dict)
    tls: list[str] = dataclasses.field(default_factory=list)    # versions
    helo: str = ""                      # the only client's name it accepts
    certificate: str = ""               # of the client: "asked", "demanded"
    groups: str = ""                    # of the key exchange
    ciphers: str = "ALL"                # below TLS 1.3
    signatures: str = ""                # signature algorithms
    dh: int = 0                         # bits of the group for DHE
    prefers: bool = False               # it chooses, not the client
    daemons: pathlib.Path = pathlib.Path()  # where they were unpacked
    # Those whose turn it is behind its addresses; none: it is one itself.
    machines: list["Server"] = dataclasses.field(default_factory=list)
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
        context.verify_mode = CLIENT_CERTIFICATE[self.certificate]
        context.set_ciphers(f"{self.ciphers}:@SECLEVEL=0")
        if self.groups:
            control(context, SET_GROUPS, self.groups)
        if self.signatures:
            control(context, SET_SIGNATURES, self.signatures)
        if self.prefers:
            context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
        if self.dh:
            # Without it groups below 1024 bits are refused at any level.
            LIBRARY.SSL_CTX_set_security_callback(pointer(context), allow)
            context.load_dh_params(dh_group(self.dh))
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
