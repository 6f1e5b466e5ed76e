"""What a validating resolver knows of a random domain, worked out on paper.

It reads the records that the domain was made of (RFC 1034 4.3.2, RFC 4592,
RFC 6672, RFC 4035 5): nothing is asked, so that it owes nothing to any
resolver, and least of all to the one that mxdane uses.
"""

import dataclasses

from case import ZONES, Case
from space import BAD_FAULTS, KINDS

# Of the links of a chain of aliases, the one that counts: an answer that is
# not to be had is no answer, one that is forged none to be used.
WORST_FIRST = ("failed", "bogus", "insecure", "secure")
# What a name server says instead of an answer, and what that comes to.
LIES = {"servfail": "failed", "refused": "failed",
        "unsigned": "bogus", "empty": "bogus"}


def worst(statuses: list[str]) -> str:
    return min(statuses, key=WORST_FIRST.index)


@dataclasses.dataclass
class Answer:
    """To one question, whichever aliases it led through."""

    kind: str           # "records", "no data", "no name", "failed"
    status: str
    data: list[str]
    names: list[str]    # the name asked for, and what it stands for
    links: list[str]    # the status of each alias by itself

    @property
    def is_alias(self) -> bool:
        return len(self.names) > 1

    @property
    def end(self) -> str:
        return self.names[-1]


@dataclasses.dataclass
class Step:
    """What there is at one name, in one zone."""

    kind: str           # "records", "alias", "no data", "no name"
    status: str
    data: list[str]


class Resolver:
    """The records of one case, and what is known of their zones."""

    def __init__(self, case: Case):
        self.rrsets: dict[tuple[str, str], list[str]] = {}
        self.faults: dict[tuple[str, str], str] = {}
        self.lies = {}
        for owner, type_, data, fault, _ in case.lines():
            if type_ in ("MX", "CNAME", "DNAME"):
                *before, name = data.split()
                data = " ".join([*before, case.full(name)])
            key = case.full(owner), type_
            self.rrsets.setdefault(key, []).append(data)
            if fault:
                self.faults[key] = fault
        for question, lie in case.answers.items():
            name, type_ = question.split()
            self.lies[case.full(name), type_] = LIES[lie]
        # A name exists if one at or below it has records (RFC 4592 2.2.2).
        self.existing = {above for owner, _ in self.rrsets
                         for above in ancestors(owner)}

    def zone(self, name: str) -> str:
        """The key of the zone that the name is in."""
        return max((key for key in KINDS
                    if name.endswith("." + ZONES[key].name)),
                   key=lambda key: len(ZONES[key].name))

    def ask(self, name: str, type_: str) -> Answer:
        names, links = [name], []
        while True:
            kind = KINDS[self.zone(names[-1])]
            lie = self.lies.get((names[-1], type_))
            if kind == "failed" or lie == "failed":
                return Answer("failed", "failed", [], names, links)
            step = self._step(names[-1], type_)
            if lie:
                step.status = lie
            links.append(step.status)
            if step.kind != "alias":
                return Answer(step.kind, worst(links), step.data, names,
                              links)
            names.append(step.data[0])

    def first_alias(self, name: str) -> str:
        """The status of the alias at the name alone; "" if there is none."""
        if KINDS[self.zone(name)] == "failed":
            return "failed"
        step = self._step(name, "CNAME")
        return step.status if step.kind in ("alias", "records") else ""

    def _step(self, name: str, type_: str) -> Step:
        zone = self.zone(name)
        for above in ancestors(name)[1:]:
            if (above, "DNAME") in self.rrsets:
                target = self.rrsets[above, "DNAME"][0]
                return Step("alias", self._status(zone, above, "DNAME"),
                            [name.removesuffix(above) + target])
        if name in self.existing:
            return self._at(zone, name, type_)
        encloser = next((above for above in ancestors(name)
                         if above in self.existing), ZONES[zone].name)
        if f"*.{encloser}" in self.existing:
            step = self._at(zone, f"*.{encloser}", type_)
            step.status = self._denied(zone, step.status)
            return step
        return Step("no name", self._denied(zone, self._status(zone)), [])

    def _at(self, zone: str, owner: str, type_: str) -> Step:
        """At a name that exists."""
        for found, kind in (type_, "records"), ("CNAME", "alias"):
            if (owner, found) in self.rrsets:
                return Step(kind, self._status(zone, owner, found),
                            self.rrsets[owner, found])
        return Step("no data", self._status(zone), [])

    def _status(self, zone: str, owner: str = "", type_: str = "") -> str:
        kind = KINDS[zone].replace("opt-out", "secure")
        if kind == "secure" and self.faults.get(
                (owner, type_)) in BAD_FAULTS:
            return "bogus"
        return kind

    @staticmethod
    def _denied(zone: str, status: str) -> str:
        """With a next closer name that opt-out covers (RFC 5155 8.4, 8.8)."""
        if KINDS[zone] == "opt-out" and status == "secure":
            return "insecure"
        return status


def ancestors(name: str) -> list[str]:
    """The name and all above it, but for the root."""
    parts = name.rstrip(".").split(".")
    return [".".join(parts[i:]) + "." for i in range(len(parts))]
