"""What scripted mail servers do: each behaviour is a function of its own.

A behaviour talks to one client through a Talk and ends the conversation by
returning. Anything that a client does to it (closing, resetting, not speaking
TLS) ends it as well.
"""

import contextlib
import re
import socket
import ssl
import struct
import time

import gnutls
import runners
from talk import Talk

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
    # Closed with a linger time of 0, a connection is reset.
    talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           struct.pack("ii", 1, 0))


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
def greets_with_421(talk: Talk) -> None:
    talk.say("421 4.7.0 too many connections from your address")


@behaviour
def waits_and_greets_with_550(talk: Talk) -> None:
    """As postscreen does."""
    talk.say("220-lab ESMTP")
    talk.say("550 5.7.1 service unavailable; client is blocked")
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


@behaviour
def commands(talk: Talk) -> None:
    """Replies whose lines are commands to runners of CI jobs."""
    lines = [re.sub(r"[\r\n]+", " ", command).encode()
             for command in runners.COMMANDS]
    replies = [b"-" + line + b"\r\n" for line in lines] + [
        b" and that is all of it, whoever wants to know what ::error::says\r\n"]
    talk.say(b"".join(b"220" + line for line in replies))
    talk.hear_until("EHLO")
    talk.say(b"".join(b"250" + line for line in replies[:-1])
             + b"250 STARTTLS\r\n")
    talk.hear_until("STARTTLS")
    talk.say(b"".join(b"454" + line for line in replies))
    talk.finish()


def greets_at_length(octets: int):
    """In one line, beyond 512 octets (RFC 5321 4.5.3.1.5)."""
    def greet(talk: Talk) -> None:
        talk.say("220 lab " + "welcome " * (octets // 8))
        talk.offer("SIZE", "STARTTLS")
        talk.hear_until("STARTTLS")
        talk.say("220 2.0.0 ready")
        talk.start_tls()
        talk.finish()
    return greet


BEHAVIOURS["greets-in-a-long-line"] = greets_at_length(1500)
BEHAVIOURS["greets-in-a-longer-line"] = greets_at_length(8000)


def waits_and_refuses(reply: str):
    """Greets in one line, looks the client up, and refuses it."""
    def refuse(talk: Talk) -> None:
        talk.say("220-lab ESMTP")
        talk.say(reply)
        talk.hear_until("QUIT")
    return refuse


BEHAVIOURS["waits-and-greets-with-421"] = waits_and_refuses(
    "421 4.3.2 all server ports are busy")
BEHAVIOURS["waits-and-greets-with-521"] = waits_and_refuses(
    "521 5.7.1 blocked by a list")
BEHAVIOURS["waits-and-greets-with-554"] = waits_and_refuses(
    "554-5.7.1 go away\r\n554 5.7.1 for ever")


@behaviour
def waits_and_greets(talk: Talk) -> None:
    """The same, and the client is welcome."""
    talk.say("220-lab ESMTP")
    talk.say("220 lab ESMTP")
    talk.offer("STARTTLS")
    talk.hear_until("STARTTLS")
    talk.say("220 2.0.0 ready")
    talk.start_tls()
    talk.finish()


# --- EHLO

def accepts_names(pattern: str):
    """Only clients whose name looks so."""
    def behave(talk: Talk) -> None:
        talk.greet()
        line = talk.hear_until("EHLO")
        if not re.fullmatch(pattern, line.partition(" ")[2]):
            talk.say("504 5.5.2 need a fully qualified name")
            talk.hear_until("HELO")
            talk.say("504 5.5.2 need a fully qualified name")
            talk.finish()
        talk.say("250-lab\r\n250 STARTTLS")
        talk.hear_until("STARTTLS")
        talk.say("220 2.0.0 ready")
        talk.start_tls()
        talk.finish()
    return behave


# A name with a dot, or an address literal (RFC 5321 4.1.2, 4.1.3).
BEHAVIOURS["wants-a-name"] = accepts_names(
    r"[\w-]+(\.[\w-]+)+|\[\d+(\.\d+){3}\]|\[IPv6:[0-9a-f:.]+\]")


def stands_behind(banner: str, ehlo: str, helo: str):
    """A server of which a firewall shows what it likes."""
    def behave(talk: Talk) -> None:
        talk.say(banner)
        talk.hear_until("EHLO")
        talk.say(ehlo)
        if ehlo.startswith("5"):
            talk.hear_until("HELO")
            talk.say(helo)
        talk.finish()
    return behave


MASKED = "220 " + "*" * 20 + "0*2**0" + "*" * 20
BEHAVIOURS["stands-behind-a-pix"] = stands_behind(
    MASKED, '500 5.5.1 Command unrecognized: "XXXX finger"', "250 lab")
BEHAVIOURS["stands-behind-a-terse-pix"] = stands_behind(
    MASKED, "502 5.5.2 Error: command not recognized", "250 lab")
BEHAVIOURS["stands-behind-a-strict-pix"] = stands_behind(
    MASKED, '500 5.5.1 Command unrecognized: "XXXX finger"',
    '500 5.5.1 Command unrecognized: "XXXX finger"')
BEHAVIOURS["stands-behind-an-asa"] = stands_behind(
    MASKED, "250-lab\r\n250-SIZE 35882577\r\n250-XXXXXXXA\r\n"
    "250-8BITMIME\r\n250 XXXXXXXB", "")


@behaviour
def stands_behind_a_lenient_asa(talk: Talk) -> None:
    """Which masks greetings and keywords, but lets TLS pass."""
    talk.say(MASKED)
    talk.offer("XXXXXXXXXA", "STARTTLS")
    talk.hear_until("STARTTLS")
    talk.say("220 2.0.0 ready")
    talk.start_tls()
    talk.finish()


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


def rejects_names(ehlo: str, helo: str):
    """With these replies to EHLO and HELO."""
    def reject(talk: Talk) -> None:
        talk.greet()
        talk.hear_until("EHLO")
        talk.say(ehlo)
        talk.hear_until("HELO")
        talk.say(helo)
        talk.finish()
    return reject


BEHAVIOURS["rejects-ehlo-and-helo"] = rejects_names(
    "504 5.5.2 need a fully qualified name", "504 5.5.2 the same")
BEHAVIOURS["rejects-the-name"] = rejects_names(
    "550 5.7.1 I do not like your name", "250 lab")
BEHAVIOURS["rejects-ehlo-alone"] = rejects_names(
    "504 5.5.2 not implemented", "250 lab")


@behaviour
def closes_instead_of_helo(talk: Talk) -> None:
    talk.greet()
    talk.hear_until("EHLO")
    talk.say("502 5.5.1 what is that")
    talk.hear()


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
BEHAVIOURS["answers-starttls-with-550"] = refuses_starttls(
    "550 Administrative prohibition")
BEHAVIOURS["answers-starttls-with-554"] = refuses_starttls(
    "554 5.7.1 your address is blocked")
BEHAVIOURS["has-no-tls"] = refuses_starttls(
    "554 5.7.3 Unable to initialize security subsystem")
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

for name, number in {
        "handshake-failure": 40, "protocol-version": 70,
        "insufficient-security": 71, "internal-error": 80,
        "unrecognized-name": 112, "certificate-required": 116,
        "without-a-name": 200}.items():
    BEHAVIOURS["alert-" + name] = after_220(
        b"\x15\x03\x03\x00\x02\x02" + bytes([number]))


@behaviour
def knows_no_names(talk: Talk) -> None:
    """Whoever asks for a name (SNI) gets an alert, against RFC 7672 8.1."""
    talk.server.context.sni_callback = (
        lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)
    normal(talk)


@behaviour
def warns_of_names(talk: Talk) -> None:
    """An alert that is a warning, as servers before TLS 1.3 send it."""
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.socket.recv(1, socket.MSG_PEEK)
    talk.say(b"\x15\x03\x03\x00\x02\x01\x70")
    talk.start_tls()
    talk.finish()


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
    resets(talk)


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
def rejects_in_tls(talk: Talk) -> None:
    """As a busy server may: it is not for lack of a certificate."""
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.start_tls()
    talk.say("421 4.7.0 too many TLS sessions from you")
    talk.hear()


@behaviour
def knows_no_rfc_5746(talk: Talk) -> None:
    """TLS 1.2 without secure renegotiation, which OpenSSL always has."""
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.socket = gnutls.Tls(
        gnutls.load(talk.server.daemons), talk.socket, *talk.server.chains[0],
        "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION")
    talk.finish()


@behaviour
def closes_after_handshake(talk: Talk) -> None:
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    talk.start_tls()


# --- what stumbles over a ClientHello

SEGMENT = 1400      # octets; what is longer comes in several of them


def to_hello(talk: Talk) -> bytes:
    """Agrees to TLS; the ClientHello, which is still there to be read."""
    talk.until_starttls()
    talk.say("220 2.0.0 ready")
    header = talk.socket.recv(5, socket.MSG_PEEK | socket.MSG_WAITALL)
    size = 5 + int.from_bytes(header[3:], "big")
    return talk.socket.recv(size, socket.MSG_PEEK | socket.MSG_WAITALL)


def closes(talk: Talk) -> None:
    """So that what was not read does not reset the connection."""
    talk.socket.shutdown(socket.SHUT_WR)
    talk.wait_for_end()


def says_decode_error(talk: Talk) -> None:
    talk.say(b"\x15\x03\x03\x00\x02\x02\x32")
    closes(talk)


def stumbles(at, does):
    """DOES something else where the ClientHello is one that it stumbles AT."""
    def behave(talk: Talk) -> None:
        if at(to_hello(talk)):
            does(talk)
            return
        talk.start_tls()
        talk.finish()
    return behave


ECDSA_SHA256, SIGNATURE_ALGORITHMS = b"\x04\x03", 13


def takes_ecdsa(hello: bytes) -> bool:
    """Whether its extension says so (RFC 8446 4.2.3)."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at:at + 2], "big")
    at += 1 + hello[at] + 2
    while at < len(hello):
        kind = int.from_bytes(hello[at:at + 2], "big")
        size = int.from_bytes(hello[at + 2:at + 4], "big")
        listed = hello[at + 6:at + 4 + size]
        if kind == SIGNATURE_ALGORITHMS:
            return ECDSA_SHA256 in [listed[i:i + 2]
                                    for i in range(0, len(listed), 2)]
        at += 4 + size
    return True


STUMBLES = (("drops", Talk.wait_for_end), ("resets", resets),
            ("closes", closes), ("decode-error", says_decode_error))
for name, does in STUMBLES:
    BEHAVIOURS[f"{name}-at-long-hello"] = stumbles(
        lambda hello: len(hello) > SEGMENT, does)
    # However long it is. Many servers do so where others send an alert.
    BEHAVIOURS[f"{name}-at-other-keys"] = stumbles(
        lambda hello: not takes_ecdsa(hello), does)


def some(which, does):
    """DOES something else instead of the handshake in some conversations."""
    def behave(talk: Talk) -> None:
        number = len(talk.others())
        to_hello(talk)
        if which(number):
            does(talk)
            return
        talk.start_tls()
        talk.finish()
    return behave


BEHAVIOURS["later-handshakes-reset"] = some(lambda number: number > 0, resets)
BEHAVIOURS["every-second-handshake-resets"] = some(
    lambda number: number % 2 == 1, resets)
BEHAVIOURS["later-handshakes-drop"] = some(
    lambda number: number > 0, Talk.wait_for_end)


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
