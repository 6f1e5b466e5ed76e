"""Asks named and unbound, both as validators, about the lab's domains.

Each resolves from the lab's root with its own code. What it says of the MX
records, addresses and TLSA records of a case:

    secure      the answer has the AD bit
    insecure    it has not
    bogus       SERVFAIL, and an answer where checking is disabled (CD)
    failed      SERVFAIL in either way, or no answer

is held against what the case expects, so that its zones are known to be what
the case says that they are.
"""

import contextlib
import dataclasses
import re
import signal
import struct
import time

import names
import system
import wire
from case import VALIDATOR, ZONES, Case
from daemons import Missing, wait_for_port
from lab import NAMED, UNBOUND, Lab

NAMED_CONF = """
options {{
\tdirectory "{folder}";
\tlisten-on {{ {address}; }};
\tlisten-on-v6 {{ none; }};
\tquery-source address {address};
\tpid-file none;
\tsession-keyfile "{folder}/session.key";
\trecursion yes;
\tallow-query {{ any; }};
\tdnssec-validation yes;
\tempty-zones-enable no;
\tservfail-ttl 0;
\tlame-ttl 0;
\tsynth-from-dnssec no;
\tresolver-query-timeout {patience};
}};
controls {{ }};
zone "." {{ type hint; file "{hints}"; }};
trust-anchors {{ . static-ds {anchor}; }};
"""
NAMED_PROGRAM = "usr/sbin/named"
PATIENCE = 6            # seconds
# A validator picks a name server by chance, and may give up at the wrong one.
CHANCES = 10
FORGETTING = 0.5        # seconds

RD, AD, CD = 0x0100, 0x0020, 0x0010
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3


@dataclasses.dataclass
class View:
    """What a validator says of one question."""

    status: str
    records: bool
    aliased: bool


def _query(name: str, type_: str, flags: int) -> bytes:
    return (names.HEADER.pack(1, RD | flags, 1, 0, 0, 1)
            + wire.wire_name(name)
            + struct.pack(">HH", wire.number(type_), 1) + names.OPT)


def _answer(address: str, name: str, type_: str, flags: int) -> bytes:
    """The answer, over TCP so that it is whole; empty if there is none.

    unbound throws late answers away and has them when it is asked again.
    """
    deadline = time.monotonic() + PATIENCE + 4
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, EOFError):
            return names.ask_tcp(address, _query(name, type_, flags),
                                 PATIENCE + 4)
        time.sleep(0.05)        # that it does not go on without end
    return b""


def view(address: str, name: str, type_: str) -> View:
    """What the validator at ADDRESS says."""
    packet = _answer(address, name, type_, AD)
    flags = names.HEADER.unpack_from(packet)[1] if packet else SERVFAIL
    status = "secure" if flags & AD else "insecure"
    if flags & 15 not in (NOERROR, NXDOMAIN):
        packet = _answer(address, name, type_, CD)
        flags = names.HEADER.unpack_from(packet)[1] if packet else SERVFAIL
        usable = flags & 15 in (NOERROR, NXDOMAIN)
        status = "bogus" if usable else "failed"
    types = names.answer_types(packet) if packet else []
    return View(status, wire.number(type_) in types,
                wire.TYPES["CNAME"] in types)


def addresses(a: View, aaaa: View) -> str:
    """One status of both families: one that is secure is enough, and one
    that is bogus too much (RFC 7672 2.2.2)."""
    both = (a, aaaa)
    statuses = {each.status for each in both}
    if "bogus" in statuses:
        return "bogus"
    if any(each.status == "secure" and each.records for each in both):
        return "secure"
    if not any(each.records for each in both):
        if "failed" in statuses:
            return "failed"
        return "insecure" if "insecure" in statuses else "secure"
    return "insecure"


@dataclasses.dataclass
class Question:
    """A name, the types that are asked there, and what the case expects."""

    name: str
    types: list[str]
    status: str

    def ask(self, address: str) -> str:
        views = [view(address, self.name, type_) for type_ in self.types]
        return addresses(*views) if len(views) == 2 else views[0].status

    def __str__(self):
        return f"{self.name} {'/'.join(self.types)}"


# Options that have mxdane look elsewhere than these validators.
ELSEWHERE = {"--resolver", "--root-hints", "--trust-anchor", "--days", "-p",
             "--port", "-f"}


def questions(case: Case) -> list[Question]:
    """What the case expects to be known of the DNS."""
    expect = case.expect
    if (case.record or not expect.verdict or not case.allow_reserved
            or not case.validators_asked or ELSEWHERE & set(case.command())):
        return []
    asked = [Question(case.full(expect.domain or "@"), ["MX"], expect.mx)]
    for name, host in ({} if expect.brief else expect.host).items():
        asked.append(Question(case.full(name), ["A", "AAAA"], host.addresses))
        base = case.full(host.base or name)
        asked.append(Question(f"_25._tcp.{base}", ["TLSA"],
                              host.tlsa or "not asked"))
    return [each for each in asked if each.status != "not asked"]


def pace(case: Case) -> float:
    """About how long it takes: a name server that is silent is waited for."""
    zones = {case.zone, *(key for key in ZONES if f"/{key}" in case.dns)}
    actions = [*case.answers.values(), *(
        action for zone in zones for action in ZONES[zone].answers.values())]
    return 4 * PATIENCE if {"drop", "truncated"} & set(actions) else 0


class Validators:
    """named and unbound, at addresses of their own."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.places = {"named": NAMED, "unbound": UNBOUND}

    def why_not(self) -> str:
        """Why they cannot be asked here; "" if they can."""
        try:
            self.lab.daemons.program("bind", NAMED_PROGRAM)
        except Missing as missing:
            return f"{missing}; tests/lab/unpack fetches it"
        return ""

    def start(self) -> None:
        """What is not there is not started."""
        if self.why_not():
            return
        self.versions = {
            "named": self._version("bind", NAMED_PROGRAM, "-v"),
            "unbound": self._version("unbound", "usr/sbin/unbound", "-V")}
        self.unbound = system.start_unbound(
            self.lab.daemons, self.lab.work, UNBOUND, "validator iterator",
            system.UNBOUND_STRICT)
        folder = (self.lab.work / "named").absolute()
        folder.mkdir(exist_ok=True)
        anchor = self.lab.work / "root.anchor"
        tag, algorithm, digest, data = anchor.read_text().split()[-4:]
        configuration = folder / "named.conf"
        configuration.write_text(NAMED_CONF.format(
            folder=folder, address=NAMED, patience=PATIENCE * 1000,
            hints=(self.lab.work / "root.hints").absolute(),
            anchor=f'{tag} {algorithm} {digest} "{data}"'))
        log = folder / "output"
        process = self.lab.daemons.start(
            "bind", NAMED_PROGRAM, "-g", "-n", "2", "-c", configuration,
            log=log)
        wait_for_port(NAMED, 53, process, log)

    def differs(self, case: Case, validator: str) -> str:
        """Why it does by what the case says; "" if it does not."""
        for who, why in case.validators.items():
            name, before, *bound = VALIDATOR.fullmatch(who).groups()
            if name == validator and (not bound[0] or bool(before) == (
                    self.versions[name] < tuple(map(int, bound)))):
                return why
        return ""

    def _version(self, package: str, program: str, option: str):
        said = self.lab.daemons.run(package, program, option)
        return tuple(map(int, re.search(r"(\d+)\.(\d+)", said).groups()))

    def _ask_again(self, question: Question, address: str) -> str:
        """The status that is expected, if it is ever said."""
        for _ in range(CHANCES):
            # unbound remembers what was bogus, but not beyond this.
            self.unbound.send_signal(signal.SIGHUP)
            time.sleep(FORGETTING)
            status = question.ask(address)
            if status == question.status:
                break
        return status

    def hear(self, case: Case) -> tuple[list[str], list[str]]:
        """What is not as the case says it is, and what was asked."""
        found, notes = [], []
        for validator, address in self.places.items():
            strange = []
            for question in questions(case):
                status = question.ask(address)
                if case.chance and status != question.status:
                    status = self._ask_again(question, address)
                notes.append(f"{validator}: {question} is {status}")
                if status != question.status:
                    strange.append(f"{validator}: {question} is {status}, "
                                   f"the case expects {question.status}")
            differs = self.differs(case, validator)
            if differs and not strange:
                found.append(f"{validator} agrees, although the case says "
                             f"that it differs: {differs}")
            if not differs:
                found += strange
        return found, notes
