"""Asks posttls-finger, Postfix's own prober, about the lab's domains.

It resolves with an unbound daemon and judges one connection at a time:

    pass     the connection is "Verified", and EHLO is answered in it
    none     no TLSA record was used, and there is a connection likewise
    refuse   anything else: a sender would not deliver

The case's expectation is what it is held against, so that a case that both
programs get wrong in the same way is not a case that was written to fit one.
"""

import dataclasses
import re
import subprocess

import real_servers
import system
from case import Case
from lab import Lab

MAIN_CF = """
compatibility_level = 3.7
myhostname = finger.example
inet_interfaces = all
smtp_dns_support_level = dnssec
smtp_host_lookup = dns
queue_directory = {folder}
data_directory = {folder}
"""


@dataclasses.dataclass
class Question:
    """What is asked of posttls-finger, and the verdict that is expected."""

    destination: str
    family: str     # "ipv4", "ipv6", "any"
    verdict: str

    def __str__(self):
        return f"{self.destination} over {self.family}"


def opinion(verdict: str) -> str:
    """mxdane's verdict in posttls-finger's words."""
    return verdict if verdict in ("pass", "none") else "refuse"


def questions(lab: Lab, case: Case) -> list[Question]:
    """One for each address that the case expects to be connected to.

    Only cases that leave mxdane its defaults, and only where a destination
    and a family name a single address.
    """
    expect = case.expect
    if (case.run != "<@>" or not expect.verdict or not case.allow_reserved
            or not case.second_opinion):
        return []
    hosts = [name for name, host in expect.host.items()
             if host.verdict != "absent"]
    if not expect.endpoint:
        return [Question(case.plain("@"), "any", opinion(expect.verdict))]
    places = _places(lab, case)
    asked = []
    for server, endpoint in expect.endpoint.items():
        for host, address in places.get(server, []):
            family = "ipv6" if ":" in address else "ipv4"
            alone = sum(h == host and (":" in a) == (":" in address)
                        for found in places.values() for h, a in found) == 1
            if not alone:
                continue
            destination = (case.plain("@") if len(hosts) == 1
                           else f"[{case.plain(host)}]")
            asked.append(Question(destination, family,
                                  opinion(endpoint.verdict)))
    return asked


def _places(lab: Lab, case: Case) -> dict[str, list[tuple[str, str]]]:
    """Where each server stands: (MX host, address), aliases followed."""
    aliases, addresses = {}, []
    for owner, type_, data, *_ in case.lines():
        if type_ == "CNAME":
            aliases[case.full(owner)] = case.full(data)
        elif type_ in ("A", "AAAA") and data.startswith("{"):
            server = data.strip("{}")
            addresses.append((case.full(owner), server, lab.address(
                case, server, 4 if type_ == "A" else 6)))
    places: dict[str, list[tuple[str, str]]] = {}
    for host in case.expect.host:
        name = case.full(host)
        while name in aliases:
            name = aliases[name]
        for owner, server, address in addresses:
            if owner == name:
                places.setdefault(server, []).append((host, address))
    return places


class Finger:
    """posttls-finger with its configuration and its resolver."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.folder = lab.work / "finger"

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "main.cf").write_text(
            MAIN_CF.format(folder=self.folder))
        (self.folder / "master.cf").write_text("")
        system.start_resolver(self.lab.daemons, self.lab.work)

    def ask(self, question: Question) -> tuple[str, str]:
        """Its opinion, and all that it said."""
        program = self.lab.daemons.program(
            "postfix", "usr/sbin/posttls-finger")
        environment = self.lab.daemons.environment("postfix")
        command = [program]
        if real_servers.why_not():
            # It would change from root to its own user: be that user at once.
            number = system.ACCOUNTS["postfix"]
            command = ["unshare", "--user", f"--map-user={number}",
                       f"--map-group={number}", program]
        options = ["-c", "-l", "dane", "-M", "may", "-L", "routine,verbose",
                   "-t", "3", "-T", "3"]
        if question.family != "any":
            options += ["-a", question.family,
                        "-o", f"inet_protocols={question.family}"]
        done = subprocess.run(
            [*command, *options, question.destination],
            env=environment | {"MAIL_CONFIG": str(self.folder)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
            errors="replace")
        return judge(done.stdout), done.stdout

    def hear(self, case: Case) -> tuple[list[str], list[str]]:
        """What is not as the case says it is, and all that was said."""
        found, notes = [], []
        for question in questions(self.lab, case):
            answer, said = self.ask(question)
            if answer != question.verdict:
                found.append(f"{question}: {answer}, the case expects "
                             f"{question.verdict}")
                notes.append(said)
        if not case.posttls_finger_differs:
            return found, notes
        if found:
            return [], notes
        return ["posttls-finger agrees, although the case says that it "
                f"differs: {case.posttls_finger_differs}"], notes


def judge(said: str) -> str:
    # Under TLS 1.3 a server refuses clients without a certificate only then.
    # Its alert is read or not, as the end of the connection comes.
    if re.search("lost connection while sending EHLO|EHLO rejected",
                 said.partition("TLS connection established")[2]):
        return "refuse"
    if "Verified TLS connection established" in said:
        return "pass"
    if "TLS connection established" not in said:
        return "refuse"
    uses_records = ("DNSSEC-signed TLSA record" in said
                    and "all TLSA records unusable" not in said
                    and "MX RRset insecure: just encrypt" not in said)
    return "refuse" if uses_records else "none"
