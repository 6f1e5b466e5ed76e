"""Senders that enforce DANE, with answers that they have had for a while.

They know nothing of mxdane: a key is held against what was in the DNS.
"""

import contextlib
import dataclasses
import smtplib
import ssl

import names
import wire
from certificates import Certificate

# What makes a server that has both present one of them.
KEY_TYPES = {"ECDSA": "aECDSA", "RSA": "aRSA"}


def ask(name_server: str, owner: str) -> tuple[set[str], int]:
    """The TLSA records there are, as "3 1 1 ..." in hexadecimal; their TTL."""
    packet = names.ask_udp(name_server, names.query(owner, "TLSA"))
    at, found, least = names.question(packet)[2], set(), 0
    for _ in range(names.HEADER.unpack_from(packet)[3]):
        head = names.name_end(packet, at)
        end = names.skip_record(packet, at)
        type_ = int.from_bytes(packet[head:head + 2], "big")
        if type_ == wire.TYPES["TLSA"]:
            least = int.from_bytes(packet[head + 4:head + 8], "big")
            usage, selector, matching, *data = packet[head + 10:end]
            found.add(f"{usage} {selector} {matching} {bytes(data).hex()}")
        at = end
    return found, least


def presented(address: str) -> dict[str, str]:
    """The record that would be of each key that a mail server presents."""
    found = {}
    for key_type, ciphers in KEY_TYPES.items():
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
        with contextlib.suppress(ssl.SSLError, OSError,
                                 smtplib.SMTPException):
            with smtplib.SMTP(address, 25, timeout=10) as client:
                client.ehlo()
                client.starttls(context=context)
                der = client.sock.getpeercert(binary_form=True)
            pem = ssl.DER_cert_to_PEM_cert(der)
            made = Certificate(pem, None, None)
            found[key_type] = f"3 1 1 {made.association(1, 1).hex()}"
    return found


@dataclasses.dataclass
class Answer:
    """What a cache has."""

    when: int           # it was asked for, in seconds
    until: int          # two TTLs later: caches may be behind one another
    records: set[str]


class Senders:
    """One that has asked at each time, and keeps what it heard."""

    def __init__(self, name_server: str, owner: str):
        self.name_server, self.owner = name_server, owner
        self.answers: list[Answer] = []

    def look(self, when: int) -> set[str]:
        """Another one asks; returns what there is."""
        records, ttl = ask(self.name_server, self.owner)
        self.answers = [each for each in self.answers if each.until > when]
        self.answers.append(Answer(when, when + 2 * ttl, records))
        return records

    def refuse(self, when: int, keys: dict[str, str]) -> list[str]:
        """Who would not deliver to a server that presents the keys."""
        found = []
        for answer in self.answers:
            found += [f"at {when} s a sender who asked at {answer.when} s "
                      f"refuses the {key_type} key ({key[:14]}...)"
                      for key_type, key in keys.items()
                      if when < answer.until and key not in answer.records]
        return found
