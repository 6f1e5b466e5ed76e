"""What a sender that goes by RFC 7672 makes of a random domain.

The sections are those of the RFC; where it leaves things open, shared rules
about verdicts decide, and posttls-finger is asked as well. It reads how the
domain was made, and neither mxdane's code nor its report.
"""

import dataclasses
import re

from anchors import Judge, Record
from case import Case, ServerPlan
from lab import Lab, chain_names
from resolve import Answer, Resolver, worst

# Which behaviours end a conversation, with which verdict of the address, and
# the codes of which one is told. "" ends in a handshake.
NO_ANSWER = ("unknown", {"connect-failed"})
ENDED = ("unknown", {"connect-failed", "smtp-refused"})
REFUSED = ("unknown", {"smtp-refused"})
NO_SMTP = ("unknown", {"smtp-protocol"})
NO_STARTTLS = ("fail", {"starttls-not-offered"})
STARTTLS_REFUSED = ("fail", {"starttls-refused"})
NO_HANDSHAKE = ("fail", {"tls-handshake-failed"})
NO_CERTIFICATE = ("fail", {"client-certificate-required"})
OUTCOMES = {
    "refuses": NO_ANSWER, "unreachable": NO_ANSWER, "resets": ENDED,
    "closes-at-once": ENDED, "greets-with-450": REFUSED,
    "greets-with-554": REFUSED, "greets-with-421": REFUSED,
    "waits-and-greets-with-550": REFUSED, "speaks-http": NO_SMTP,
    "speaks-ssh": NO_SMTP, "closes-after-ehlo": REFUSED,
    "rejects-ehlo-and-helo": REFUSED, "rejects-ehlo-alone": NO_STARTTLS,
    "knows-no-ehlo": NO_STARTTLS, "answers-ehlo-with-421": REFUSED,
    "answers-ehlo-with-nonsense": NO_SMTP,
    "offers-no-starttls": NO_STARTTLS,
    "answers-starttls-with-454": STARTTLS_REFUSED,
    "answers-starttls-with-502": STARTTLS_REFUSED,
    "has-no-tls": STARTTLS_REFUSED,
    "closes-instead-of-starttls": STARTTLS_REFUSED,
    "closes-after-220": NO_HANDSHAKE, "plain-text-after-220": NO_HANDSHAKE,
    "garbage-after-220": NO_HANDSHAKE, "alert-handshake-failure": NO_HANDSHAKE,
    "resets-in-handshake": NO_HANDSHAKE,
    "waits-and-greets-with-421": REFUSED,
    "waits-and-greets-with-554": REFUSED,
    "stands-behind-a-pix": NO_STARTTLS,
    "stands-behind-a-terse-pix": NO_STARTTLS,
    "stands-behind-a-strict-pix": REFUSED,
    "stands-behind-an-asa": NO_STARTTLS, "knows-no-names": NO_HANDSHAKE,
}
KEY_TYPES = {"ec": "ECDSA", "rsa": "RSA", "ed25519": "Ed25519",
             "rsa-768": "RSA", "rsa-1024": "RSA"}
# One of these says why no record matches.
CAUSES = {
    "no-record-matches", "name-mismatch", "certificate-expired",
    "certificate-not-yet-valid", "chain-invalid", "usage-2-names-leaf",
    "usage-3-names-issuer", "selector-swapped", "matching-type-swapped",
    "digest-of-pem", "data-not-hex-decoded", "nearly-matches",
    "issuer-not-sent", "issuer-retired", "matches-elsewhere",
    "key-type-uncovered", "chain-deep",
}
# Of those, the ones that say that none matches, and no more.
VERDICTS = {"no-record-matches", "key-type-uncovered"}


@dataclasses.dataclass
class Endpoint:
    verdict: str
    # By key type, the status of each record, as the lab's cases write it.
    shakes: dict[str, dict[Record, str]] = dataclasses.field(
        default_factory=dict)
    # Those that come about with nothing that senders accept.
    outdated: set[str] = dataclasses.field(default_factory=set)

    @property
    def counted(self) -> dict[str, dict[Record, str]]:
        """Without those, where there are others."""
        return {kind: shake for kind, shake in self.shakes.items()
                if kind not in self.outdated} or self.shakes


@dataclasses.dataclass
class Host:
    name: str
    verdict: str | None = "none"
    addresses: str | None = None    # the status of both families' answers
    # That of the records, or of each answer without any; empty: not asked.
    tlsa: set[str] = dataclasses.field(default_factory=set)
    base: str = ""
    names: list[str] = dataclasses.field(default_factory=list)
    records: list[Record] = dataclasses.field(default_factory=list)
    endpoints: dict[str, Endpoint] = dataclasses.field(default_factory=dict)
    # Of each set, a code has to be told; of `allowed`, it may.
    codes: list[set[str]] = dataclasses.field(default_factory=list)
    allowed: set[str] = dataclasses.field(default_factory=set)
    # Whether whoever does not use DANE comes to a handshake, by address.
    encrypts: dict[str, bool] = dataclasses.field(default_factory=dict)

    def end(self, verdict: str | None, *codes: str) -> "Host":
        self.verdict = verdict
        self.codes.append(set(codes))
        return self


@dataclasses.dataclass
class Domain:
    verdict: str
    mx: str                 # the status of the answer
    hosts: list[Host]
    codes: list[set[str]]
    allowed: set[str]


def sum_up(verdicts: list[str | None]) -> str:
    parts = {each for each in verdicts if each is not None}
    for all_, verdict in (({"pass"}, "pass"), (set(), "fail")):
        if parts == all_:
            return verdict
    return next((each for each in ("fail", "unknown") if each in parts),
                "partial" if "pass" in parts else "none")


class Sender:
    """Knows the DNS, the servers and the certificates of one case."""

    def __init__(self, lab: Lab, case: Case, judge: Judge):
        self.lab, self.case, self.judge = lab, case, judge
        self.dns = Resolver(case)

    # --- 2.1, 2.2.1

    def domain(self) -> Domain:
        name = self.case.full("@")
        mx = self.dns.ask(name, "MX")
        hosts, code = self._hosts(mx)
        names = list(dict.fromkeys([name, mx.end]))
        found = [self.host(each, names) for each in hosts]
        codes = [each for host in found for each in host.codes]
        allowed = set().union(*(host.allowed for host in found))
        if code:
            verdict = {"mx-null": "none", "mx-lookup-failed": "unknown"}
            return Domain(verdict.get(code, "fail"), mx.status, [], [{code}],
                          allowed.union({"mx-insecure"}, *codes))
        if mx.status == "insecure":
            return Domain("none", mx.status, found, [{"mx-insecure"}],
                          allowed.union(*codes))
        if mx.kind == "no data":    # an alias is then no fault of a record
            codes = [each for each in codes if each != {"mx-target-cname"}]
        return Domain(sum_up([each.verdict for each in found]), mx.status,
                      found, codes, allowed)

    def _hosts(self, mx: Answer) -> tuple[list[str], str | None]:
        """The hosts, and the code of why they do not count."""
        for status, code in (("bogus", "mx-bogus"),
                             ("failed", "mx-lookup-failed")):
            if mx.status == status:
                return [], code
        if mx.kind == "no name":
            return [], "domain-missing"
        if mx.kind == "no data":
            return [self.case.full("@")], None
        targets = [(int(data.split()[0]), data.split()[1])
                   for data in mx.data]
        names = list(dict.fromkeys(name for _, name in sorted(targets)))
        if names == ["."]:
            return [], "mx-null"
        if "." in names:
            names.remove(".")
            return names, "mx-null-among-others"
        return names, None

    # --- 2.2.2

    def host(self, name: str, next_hops: list[str],
             families: tuple = ("A", "AAAA")) -> Host:
        host = Host(name)
        if name == "localhost.":
            return host.end(None, "mx-target-missing")
        if re.fullmatch(r"[0-9.]+", name):
            return host.end(None, "mx-target-is-address")
        answers = {type_: self.dns.ask(name, type_) for type_ in families}
        statuses = [each.status for each in answers.values()]
        there = {type_: each for type_, each in answers.items() if each.data}
        host.addresses = both(list(answers.values()))
        if any(each.is_alias for each in answers.values()):
            # Nobody who validates gets to know of one that is forged.
            if {"bogus", "failed"} & set(statuses):
                host.allowed.add("mx-target-cname")
            else:
                host.codes.append({"mx-target-cname"})
        if "bogus" in statuses:
            # Of the other family that may be told as well.
            host.allowed.add("address-lookup-failed")
            return host.end("fail", "address-bogus")
        if "failed" in statuses:
            host.end("unknown", "address-lookup-failed")
        if not there:
            if "failed" not in statuses:
                self._without_address(host, statuses)
            return host
        self._note_encryption(host, there)
        bases = self._bases(name, there)
        if not bases:
            if "failed" not in statuses:
                host.end("none", "address-insecure")
            host.allowed.add("address-insecure")
            return host
        self._tlsa(host, bases, next_hops, there)
        if "failed" in statuses and host.verdict != "fail":
            host.verdict = "unknown"
        return host

    @staticmethod
    def _without_address(host: Host, statuses: list[str]) -> None:
        if "insecure" in statuses:
            host.end("none", "mx-target-missing", "address-insecure")
            host.allowed.add("mx-target-missing")
        else:
            host.end(None, "mx-target-missing")

    def _bases(self, name: str, there: dict[str, Answer]) -> list[str]:
        """The TLSA base domains, in the order in which they are tried."""
        for answer in there.values():
            if answer.status == "secure":
                return list(dict.fromkeys([answer.end, name]))
        if self.dns.first_alias(name) == "secure":
            return [name]
        return []

    def _note_encryption(self, host: Host, there: dict[str, Answer]) -> None:
        for address, server in self._addresses(there):
            plan = self.case.server[server]
            host.encrypts[address] = (plan.does not in OUTCOMES
                                      and plan.certificate != "demanded")

    def _addresses(self, there: dict[str, Answer]) -> list[tuple[str, str]]:
        """Addresses and the servers there."""
        return [(self.lab.address(self.case, server,
                                  4 if type_ == "A" else 6), server)
                for type_, answer in there.items() for data in answer.data
                for server in [data.strip("{}")]]

    # --- 2.2.3

    def _tlsa(self, host: Host, bases: list[str], next_hops: list[str],
              there: dict[str, Answer]) -> None:
        seen = set()
        for base in bases:
            answer = self.dns.ask(f"_25._tcp.{base}", "TLSA")
            host.base = base
            if answer.data and answer.status == "secure" or (
                    answer.status in ("bogus", "failed")):
                host.tlsa = set()
            host.tlsa.add(answer.status)
            if answer.status in ("bogus", "failed"):
                host.end("fail", {"bogus": "tlsa-bogus",
                                  "failed": "tlsa-lookup-failed"}
                         [answer.status])
                return
            if answer.data and answer.status == "secure":
                host.records = list(dict.fromkeys(
                    Record(*self.lab.tlsa(self.case, data))
                    for data in answer.data))
                self._connect(host, next_hops, there)
                return
            seen.add("tlsa-insecure" if answer.data else "tlsa-none")
        host.end("none", *seen)

    # --- 2.2, 3

    def _connect(self, host: Host, next_hops: list[str],
                 there: dict[str, Answer]) -> None:
        usable = [each for each in host.records
                  if self.judge.is_usable(each)]
        if not usable:
            host.codes.append({"tlsa-all-unusable"})
            host.allowed |= {"tlsa-record-unusable"} | CAUSES
        elif len(usable) < len(host.records):
            host.codes.append({"tlsa-record-unusable"})
        host.names = names = list(dict.fromkeys([host.base, *next_hops]))
        for address, server in self._addresses(there):
            host.endpoints[address] = self._endpoint(host, server, names)
        host.verdict = sum_up([each.verdict
                               for each in host.endpoints.values()])
        self._cover(host)

    def verdict_by(self, host: Host, address: str, names: list[str]) -> str:
        """Of an address, by other reference identifiers than the host's."""
        server = next(name for name in self.case.server for family in (4, 6)
                      if self.lab.address(self.case, name, family) == address)
        trial = dataclasses.replace(host, codes=[], allowed=set())
        return self._endpoint(trial, server, names).verdict

    def _cover(self, host: Host) -> None:
        """RFC 7671 8: whoever knows but one combination is to find a match."""
        published = {each.combination for each in host.records
                     if self.judge.is_usable(each)}
        uncovered = any(
            published - {record.combination for record, status
                         in shake.items() if status.endswith("match")
                         and status != "mismatch"}
            for endpoint in host.endpoints.values()
            for shake in endpoint.counted.values())
        if host.verdict != "pass":
            host.allowed.add("combination-uncovered")
        elif uncovered:
            host.codes.append({"combination-uncovered"})

    def _endpoint(self, host: Host, server: str, names: list[str]):
        plan = self.case.server[server]
        if plan.does in OUTCOMES or plan.certificate == "demanded":
            verdict, codes = OUTCOMES.get(plan.does, NO_CERTIFICATE)
            host.codes.append(codes)
            return Endpoint(verdict)
        if plan.does == "injects-plain-text":
            host.codes.append({"starttls-plaintext-injected"})
        shakes, outdated = {}, set()
        for chain in self._chains(plan, host.base):
            kind = self._kind(chain)
            shakes[KEY_TYPES[kind]] = self._statuses(host.records, chain,
                                                     names)
            if not is_accepted(plan, kind):
                outdated.add(KEY_TYPES[kind])
        # Why a record beside one that matches does not is told as well.
        host.allowed |= CAUSES - VERDICTS
        if outdated:
            host.codes.append({"tls-outdated"})
            host.allowed |= CAUSES      # of one that nobody gets to see
        endpoint = Endpoint("", shakes, outdated)
        verdicts = {shake_verdict(each.values())
                    for each in endpoint.counted.values()}
        verdict = sum_up(list(verdicts))
        if outdated == set(shakes):
            verdict = "none" if verdict == "none" else "fail"
        elif verdict == "fail":
            host.codes.append({"key-type-uncovered"} if "pass" in verdicts
                              else CAUSES)
            host.allowed |= CAUSES
        endpoint.verdict = verdict
        return endpoint

    def _kind(self, chain: list[str]) -> str:
        """Of the leaf's key, as certificates.py names it."""
        return self.judge.of(chain[0]).key_name.partition(":")[0]

    def _chains(self, plan: ServerPlan, base: str) -> list[list[str]]:
        """One for each key type, the last of it; for this SNI (8.1)."""
        sends = next((sends for name, sends in plan.sni.items()
                      if self.case.full(name) == base), plan.sends)
        found = {}
        for chain in sends:
            names = [self.case.certificate_name(name)
                     for name in chain_names(chain)]
            found[KEY_TYPES[self._kind(names)]] = names
        return list(found.values())

    def _statuses(self, records: list[Record], chain: list[str],
                  names: list[str]) -> dict[Record, str]:
        counted, found = self.judge.counted(records), {}
        for each in records:
            if not self.judge.is_usable(each):
                found[each] = "unusable"
                continue
            matches = self.judge.matches(each, chain, names)
            if each in counted:
                found[each] = "match" if matches else "mismatch"
            else:
                found[each] = "ignored match" if matches else "ignored"
        return found


def both(answers: list[Answer]) -> str:
    """One status of the address answers: a secure one is enough, and one that
    is bogus too much."""
    statuses = [each.status for each in answers]
    if "bogus" in statuses:
        return "bogus"
    if any(each.status == "secure" and each.data for each in answers):
        return "secure"
    return worst(statuses)


def shake_verdict(statuses) -> str:
    statuses = set(statuses)
    if "match" in statuses:
        return "pass"
    return "none" if statuses <= {"unusable"} else "fail"


def is_accepted(plan: ServerPlan, kind: str) -> bool:
    """Whether senders that authenticate accept it with a key of that kind:
    TLS 1.2, RFC 5746, and what OpenSSL has at its security level 1."""
    own = {"ec": "ECDSA+"}.get(kind, kind.partition("-")[0].upper() + "+")
    signatures = [each for each in plan.signatures.split(":")
                  if each.startswith(own)]
    return (max(plan.tls or ["1.3"]) >= "1.2" and kind != "rsa-768"
            and plan.does != "knows-no-rfc-5746" and plan.dh != 512
            and (not signatures or any(not each.endswith("+SHA1")
                                       for each in signatures)))
