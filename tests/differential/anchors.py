"""Which TLSA records match a chain, worked out from how it was made.

RFC 6698 2.1, RFC 7671 and 7672 3.1 and 3.2, and verdicts as senders with
OpenSSL reach them; who signed what is known here, so nothing is verified.
"""

import dataclasses
import functools

from certificates import Authority, Specification

# Digests, and keys below OpenSSL's security level 1, which is what senders verify at.
BROKEN = ("md5", "sha1")
TOO_SHORT = ("rsa-768:leaf",)
DIGEST_SIZES = {1: 32, 2: 64}


@dataclasses.dataclass(frozen=True)
class Record:
    usage: int
    selector: int
    type: int
    data: str           # hexadecimal

    @property
    def combination(self) -> tuple[int, int, int]:
        return self.usage, self.selector, self.type


class Judge:
    """Holds records against chains of the lab's certificates."""

    def __init__(self, authority: Authority):
        self.authority = authority

    def data(self, name: str, record: Record) -> str:
        return self._association(name, record.selector, record.type)

    @functools.cache
    def _association(self, name: str, selector: int, type_: int) -> str:
        return self.authority.get(name).association(selector, type_).hex()

    def is_usable(self, record: Record) -> bool:
        """RFC 7672 3.1.3, RFC 7671 4.1 and 10.1.2."""
        if (record.usage not in (2, 3) or record.selector > 1
                or record.type > 2):
            return False
        if record.type:
            return len(record.data) == 2 * DIGEST_SIZES[record.type]
        return self._is_whole(record)

    def _is_whole(self, record: Record) -> bool:
        """Whether it is a certificate, or key, or one with a slip at its end.

        A certificate can be read with a wrong signature; the last octets of an
        EC key are of a point, which is then none of the curve.
        """
        for name in list(self.authority.made):
            whole = self.data(name, record)
            if whole == record.data:
                return True
            if (len(whole) == len(record.data)
                    and whole[:-4] == record.data[:-4]):
                return record.selector == 0 or not self.of(
                    name).key_name.startswith("ec:")
        return False

    def counted(self, records: list[Record]) -> list[Record]:
        """Without those that digest agility leaves out (RFC 7671 9)."""
        usable = [each for each in records if self.is_usable(each)]
        found = []
        for each in usable:
            rivals = {other.type for other in usable
                      if other.combination[:2] == each.combination[:2]}
            if each.type != 1 or 2 not in rivals:
                found.append(each)
        return found

    def matches(self, record: Record, chain: list[str],
                names: list[str]) -> bool:
        """A usable record, alone."""
        if record.usage == 3:
            return self.data(chain[0], record) == record.data
        return self.has_name(self.of(chain[0]), names) and self._leads_up(
            record, chain)

    def of(self, name: str) -> Specification:
        return self.authority.specifications[name]

    # --- usage 2

    def _leads_up(self, record: Record, chain: list[str]) -> bool:
        leaf, others = chain[0], list(dict.fromkeys(chain[1:]))
        if not self.is_valid(leaf) or self.of(leaf).purpose not in (
                "", "serverAuth") or self.of(leaf).key in TOO_SHORT:
            return False
        if record.type == 0 and record.selector == 0:
            others += [name for name in self.authority.made
                       if name not in others
                       and self.data(name, record) == record.data]
        return self._climb(record, [leaf], others)

    def _climb(self, record: Record, path: list[str],
               others: list[str]) -> bool:
        """Whether any way up from the path's end comes to the anchor."""
        last = path[-1]
        issuers = [name for name in others
                   if name not in path and self.issued(name, last)]
        # A certificate of the key that is sent comes before the bare key, with
        # what is wrong with it: that is how OpenSSL goes about it.
        if (record.combination == (2, 1, 0) and not issuers
                and self._signed_by(last, record)):
            return True
        # Not of the anchor, nor by a bare key does OpenSSL mind the digest.
        if self.of(last).digest in BROKEN and "ed25519" not in self.of(
                self.issuer(last)).key:
            return False
        for name in issuers:
            if not self.of(name).ca:
                continue
            # Of an anchor that another has issued, OpenSSL checks no dates.
            is_anchor = self.data(name, record) == record.data
            if is_anchor and (self.is_valid(name)
                              or self.of(name).issuer != "self"):
                return True
            if not is_anchor and self.is_valid(name) and self._climb(
                    record, [*path, name], others):
                return True
        return False

    def _signed_by(self, name: str, record: Record) -> bool:
        """Whether the key that the record has signed the certificate."""
        return self.data(self.issuer(name), record) == record.data

    def issuer(self, name: str) -> str:
        issuer = self.of(name).issuer
        return name if issuer == "self" else issuer

    def issued(self, name: str, below: str) -> bool:
        """By name and key: several certificates can have both."""
        wanted = self.of(self.issuer(below))
        found = self.of(name)
        return (found.cn or found.name, found.key_name) == (
            wanted.cn or wanted.name, wanted.key_name)

    def is_valid(self, name: str) -> bool:
        begin, end = self.of(name).days
        return begin <= 0 < end

    def has_name(self, leaf: Specification, wanted: list[str]) -> bool:
        """RFC 7672 3.2.3: the CN counts only where there is no DNS-ID."""
        return any(name_matches(each, name)
                   for each in leaf.names or [leaf.cn or leaf.name]
                   for name in wanted)


def name_matches(pattern: str, name: str) -> bool:
    """A "*" is the whole first label, and stands for one."""
    first, _, rest = pattern.lower().rstrip(".").partition(".")
    label, _, above = name.lower().rstrip(".").partition(".")
    if first == "*" and rest:
        return bool(label) and rest == above
    return pattern.lower().rstrip(".") == name.lower().rstrip(".")
