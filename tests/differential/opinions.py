"""What posttls-finger is asked about a domain, and what it ought to say."""

import dataclasses

import second_opinion
from senders import Domain, Host, Sender, is_accepted, shake_verdict


@dataclasses.dataclass
class Opinion:
    question: second_opinion.Question
    # What it may say, the model's own verdict among them.
    allowed: set[str]
    host: str
    address: str


def questions(sender: Sender, domain: Domain) -> list[Opinion]:
    """One for each address that a destination and a family single out."""
    asked = []
    for host in domain.hosts:
        if host.verdict is None:
            continue
        for type_, family in ("A", "ipv4"), ("AAAA", "ipv6"):
            asked += _of_family(sender, domain, host, type_, family)
    if not domain.hosts:
        asked.append(Opinion(_question(sender, "@", "any", "refuse"),
                             {"refuse"}, "", ""))
    return asked


def _question(sender: Sender, destination: str, family: str,
              verdict: str) -> second_opinion.Question:
    if destination == "@":
        destination = sender.case.plain("@")
    return second_opinion.Question(destination, family, verdict)


def _of_family(sender: Sender, domain: Domain, host: Host, type_: str,
               family: str) -> list[Opinion]:
    """Asked of the domain, where that has but one host; else of the host."""
    alone = len(domain.hosts) == 1
    names = [host.name]
    if alone:
        mx = sender.dns.ask(sender.case.full("@"), "MX")
        names = [sender.case.full("@"), mx.end]
    seen = sender.host(host.name, names, (type_,))
    addresses = list(seen.encrypts)
    if len(addresses) != 1:
        return []
    verdict = seen.verdict
    if alone and domain.mx == "insecure" and verdict != "unknown":
        insecure = not any(code & {"address-bogus"} for code in seen.codes)
        verdict = "none" if insecure else verdict
    verdict = opinion(verdict, seen, addresses[0])
    allowed = {verdict}.union(*(rule(sender, seen, addresses[0])
                                for rule in RULES))
    destination = "@" if alone else f"[{host.name.rstrip('.')}]"
    return [Opinion(_question(sender, destination, family, verdict), allowed,
                    host.name, addresses[0])]


def opinion(verdict: str | None, host: Host, address: str) -> str:
    """Without DANE there has to be a handshake all the same."""
    if verdict == "none":
        return "none" if host.encrypts[address] else "refuse"
    return "pass" if verdict == "pass" else "refuse"


# Where it may say otherwise than the model: what, and by which rule.

def one_handshake(sender: Sender, host: Host, address: str) -> set[str]:
    """It makes one, and another key type might have another verdict."""
    endpoint = host.endpoints.get(address)
    verdicts = {shake_verdict(each.values())
                for each in endpoint.counted.values()} if endpoint else set()
    return {"pass", "refuse"} if len(verdicts) > 1 else set()


def strict_for_all(sender: Sender, host: Host, address: str) -> set[str]:
    """At "dane" it is as strict with servers that nobody authenticates."""
    plan = _plan(sender, address)
    kinds = {sender.case.certificate_name(sends.split()[0])
             for sends in plan.sends}
    strict = any(is_accepted(plan, sender.judge.of(name).key_name
                             .partition(":")[0]) for name in kinds)
    return set() if strict else {"refuse"}


def alias_by_dname(sender: Sender, host: Host, address: str) -> set[str]:
    """unbound says SERVFAIL to who asks for the CNAME record alone that comes
    of a DNAME, which is done where the addresses are not secure."""
    answer = sender.dns.ask(host.name, "CNAME")
    is_made = answer.is_alias and (host.name, "CNAME") not in (
        sender.dns.rrsets)
    insecure = any(sender.dns.ask(host.name, type_).status == "insecure"
                   for type_ in ("A", "AAAA"))
    return {"refuse"} if is_made and insecure else set()


def implicit_mx(sender: Sender, host: Host, address: str) -> set[str]:
    """It does not look at the proof that there are no MX records."""
    mx = sender.dns.ask(sender.case.full("@"), "MX")
    is_implicit = mx.kind == "no data" and mx.status == "insecure"
    return {opinion(host.verdict, host, address)} if is_implicit else set()


def base_domain_alone(sender: Sender, host: Host, address: str) -> set[str]:
    """Without MX records it takes the TLSA base domain alone: RFC 7672 3.2.2
    adds the next-hop names to what a secure MX lookup has led to."""
    mx = sender.dns.ask(sender.case.full("@"), "MX")
    if mx.kind != "no data" or address not in host.endpoints:
        return set()
    return {opinion(sender.verdict_by(host, address, [host.base]), host,
                    address)}


def dies_of_no_data(sender: Sender, host: Host, address: str) -> set[str]:
    """Of a record without data: "panic: mymalloc: requested length 0"."""
    return set() if all(each.data for each in host.records) else {"refuse"}


def ends_early(sender: Sender, host: Host, address: str) -> set[str]:
    """It has something to say after the handshake, and nobody listens; or it
    names nobody (SNI) where it uses no DANE, and is listened to."""
    does = _plan(sender, address).does
    return {"closes-after-handshake": {"refuse"},
            "knows-no-names": {"none"}}.get(does, set())


RULES = (alias_by_dname, base_domain_alone, dies_of_no_data, ends_early,
         implicit_mx, one_handshake, strict_for_all)


def _plan(sender: Sender, address: str):
    """That of the server at the address."""
    return next(plan for name, plan in sender.case.server.items()
                for family in (4, 6)
                if sender.lab.address(sender.case, name, family) == address)
