"""The space of domains: from a seed, a mail domain as a case of the lab has it.

Everything is drawn from the domain's own seed, so that one domain is the same
whichever others are beside it.
"""

import random

from case import Case

# What validators think of a zone's answers: "opt-out" is secure but for the
# denial of names, and for wildcards, which hang on one.
KINDS = {
    "signed": "secure", "nsec3": "secure", "below": "secure",
    "with-ds-opt-out": "secure", "split-keys": "secure", "ed25519": "secure",
    "scripted": "secure", "opt-out": "opt-out",
    "unsigned": "insecure", "no-ds": "insecure", "orphan": "insecure",
    "ds-unknown-algorithm": "insecure", "no-ds-opt-out": "insecure",
    "wrong-ds": "bogus", "expired": "bogus", "dnskey-ended": "bogus",
    "lame": "failed",
}
ZONES = {"signed": 30, "nsec3": 12, "below": 3, "with-ds-opt-out": 3,
         "split-keys": 3, "ed25519": 3, "scripted": 6, "opt-out": 6,
         "unsigned": 8, "no-ds": 3, "orphan": 2, "ds-unknown-algorithm": 2,
         "no-ds-opt-out": 2, "wrong-ds": 2, "expired": 2, "dnskey-ended": 2,
         "lame": 2}

# The lab cannot sign with its key otherwise than its signer does.
WITHOUT_FAULTS = ("ed25519",)
# Faults of an RRset in a signed zone, and whether validators mind.
BAD_FAULTS = ("bogus", "unsigned", "expired", "ended", "future")
CALM_FAULTS = ("beside-ended", "beside-removed", "beside-wrong",
               "beside-unknown", "new")

MX = {"hosts": 80, "implicit": 10, "null": 2, "null-among-others": 2,
      "no-such-name": 2, "nothing": 1, "in-letters": 1.5, "missing": 1.5}
HOSTS = {"plain": 58, "alias": 18, "chain": 7, "wildcard": 6, "dname": 6,
         "dead": 2, "twin": 3}
FAMILIES = {"both": 48, "4": 30, "6": 5, "apart": 10, "two": 7}
PLACES = {"end": 64, "start": 10, "both": 6, "none": 10, "alias": 6,
          "wildcard": 4}

BEHAVIOURS = {
    "normal": 120, "greets-in-many-lines": 1, "greets-without-text": 1,
    "ends-lines-with-bare-newlines": 1,
    "offers-starttls-in-small-letters": 1, "injects-plain-text": 2,
    "closes-after-handshake": 2, "refuses": 2, "unreachable": 1, "resets": 1,
    "closes-at-once": 1, "greets-with-450": 1, "greets-with-554": 1,
    "greets-with-421": 1, "waits-and-greets-with-550": 2, "speaks-http": 1,
    "speaks-ssh": 1, "closes-after-ehlo": 1, "knows-no-ehlo": 2,
    "rejects-ehlo-and-helo": 1, "rejects-ehlo-alone": 1,
    "answers-ehlo-with-421": 1, "answers-ehlo-with-nonsense": 1,
    "offers-no-starttls": 3, "answers-starttls-with-454": 2,
    "answers-starttls-with-502": 1, "has-no-tls": 1,
    "closes-instead-of-starttls": 1, "closes-after-220": 1,
    "plain-text-after-220": 1, "garbage-after-220": 1,
    "alert-handshake-failure": 1, "resets-in-handshake": 1,
    "greets-in-a-long-line": 1,
    "waits-and-greets": 1, "waits-and-greets-with-421": 1,
    "waits-and-greets-with-554": 1, "wants-a-name": 1,
    "stands-behind-a-pix": 1, "stands-behind-a-terse-pix": 1,
    "stands-behind-a-strict-pix": 1, "stands-behind-an-asa": 1,
    "stands-behind-a-lenient-asa": 1, "knows-no-names": 1,
}
CLIENTS = {"": 96, "asked": 2, "demanded": 2}   # certificates of theirs
VERSIONS = {"": 80, "1.2": 8, "1.3": 8, "1.0": 2, "1.1": 1, "1.0 1.2": 1}

# What a server has that senders do not accept, or that only looks so.
WEAKNESSES = {
    "": 180, "sha1": 2, "sha1-first": 2, "sha1-of-rsa": 2, "rfc-5746": 2,
    "dh-512": 1, "dh-1024": 1, "kx-rsa": 1, "rsa-768": 2, "rsa-1024": 2,
}
PLANS = {
    "sha1": {"tls": ["1.2"], "ciphers": "ECDHE",
             "signatures": "ECDSA+SHA1:RSA+SHA1"},
    "sha1-first": {"tls": ["1.2"], "ciphers": "ECDHE", "prefers": True,
                   "signatures": "ECDSA+SHA1:RSA+SHA1:"
                                 "ECDSA+SHA256:RSA+SHA256"},
    "sha1-of-rsa": {"tls": ["1.2"], "ciphers": "ECDHE",
                    "signatures": "ECDSA+SHA256:RSA+SHA1"},
    "rfc-5746": {"does": "knows-no-rfc-5746"},
    "dh-512": {"tls": ["1.2"], "ciphers": "kDHE", "dh": 512},
    "dh-1024": {"tls": ["1.2"], "ciphers": "kDHE", "dh": 1024},
    "kx-rsa": {"tls": ["1.2"], "ciphers": "kRSA"},
}
KEYS_OF = {"sha1-of-rsa": ["ec", "rsa"], "dh-512": ["rsa"],
           "dh-1024": ["rsa"], "kx-rsa": ["rsa"], "rsa-768": ["rsa-768"],
           "rsa-1024": ["rsa-1024"]}

USAGES = {3: 58, 2: 32, 1: 3, 0: 3, 4: 2, 255: 2}
SELECTORS = {1: 66, 0: 32, 2: 2}
TYPES = {1: 68, 2: 15, 0: 14, 3: 3}
SOURCES = {"right": 62, "other": 8, "swapped": 10, "stranger": 8, "slip": 6,
           "length": 4, "form": 2}
CHAINS = {"shared": 28, "self": 8, "usual": 40, "odd": 24}
LEAVES = {"good": 60, "expired": 5, "not-yet": 2, "misnamed": 7, "domain": 7,
          "wildcard": 5, "wildcard-too-far": 2, "cn": 5, "cn-and-names": 2,
          "many": 3, "client": 2, "sha1": 2}
SENDS = ["leaf", "leaf middle root", "leaf root", "leaf root middle",
         "leaf stranger-root middle", "leaf middle middle",
         "leaf middle stranger root", "leaf leaf middle"]
MIDDLES = {"good": 60, "expired": 10, "no-ca": 8, "renewed": 6, "deep": 8,
           "cross": 8, "sha1": 2, "md5": 2, "deep-sha1": 2}


def drawn(chance: random.Random, weights: dict):
    """One of the keys, as often as its weight says."""
    return chance.choices(list(weights), list(weights.values()))[0]


class Domain:
    """A domain in the making: the table of a case."""

    def __init__(self, seed: int):
        self.seed = seed
        self.name = f"d{seed}"
        self.case = Case(self.name, "", "signed")   # for names alone
        self.chance = random.Random(f"mxdane {seed}")
        self.lines: list[str] = []
        self.servers: dict[str, dict] = {}
        self.certificates: dict[str, dict] = {}
        self.answers: dict[str, str] = {}
        # What a record can be of: names of leaves, and of their issuers.
        self.leaves: dict[str, list[str]] = {}
        self.issuers: dict[str, list[str]] = {}
        self.zone = self.case.zone = self.draw(ZONES)
        self.apex = "@"
        self._domain()

    def draw(self, weights: dict):
        return drawn(self.chance, weights)

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def table(self) -> dict:
        """The case, but for what is expected."""
        table = {"shows": f"the random domain of seed {self.seed}",
                 "zone": self.zone, "dns": "\n".join(self.lines) + "\n"}
        for key, value in (("server", self.servers),
                           ("certificate", self.certificates),
                           ("answers", self.answers)):
            if value:
                table[key] = value
        return table

    # --- records

    def add(self, owner: str, type_: str, data: str, fault: str = "") -> None:
        line = f"{owner} {type_} {data}" + (f" !{fault}" if fault else "")
        if line not in self.lines:
            self.lines.append(line)

    def at(self, label: str, zone: str) -> str:
        """How a case names that label there."""
        return label if zone == self.zone else f"{label}/{zone}"

    def fault(self, zone: str, share: float = 0.05) -> str:
        """What is odd about an RRset's signatures, if anything is."""
        if (KINDS[zone] != "secure" or zone in WITHOUT_FAULTS
                or not self.maybe(share)):
            return ""
        return self.chance.choice(BAD_FAULTS if self.maybe(0.6)
                                  else CALM_FAULTS)

    def script(self, zone: str, question: str, share: float = 0.25) -> None:
        """In the zone whose server does as it is told."""
        if zone == "scripted" and "*" not in question and self.maybe(share):
            self.answers[question] = self.chance.choice(
                ["servfail", "refused", "unsigned", "empty"])

    # --- the mail domain

    def _domain(self) -> None:
        mx = self.draw(MX)
        if mx == "no-such-name":
            return
        if self.maybe(0.07) and mx == "hosts":
            zone = self.zone if self.maybe(0.6) else self.draw(ZONES)
            self.apex = self.at("real", zone)
            self.add("@", "CNAME", self.apex, self.fault(self.zone, 0.1))
        elif mx != "implicit":
            self.script(self.zone, "@ MX", 0.1)
        if mx == "implicit":
            self._host("@", self.zone)
            return
        if mx == "nothing":
            self.add("@", "TXT", '"nothing else"')
            return
        fault = self.fault(self.apex.partition("/")[2] or self.zone, 0.04)
        if mx in ("null", "null-among-others"):
            self.add(self.apex, "MX", f"{self.chance.choice([0, 10])} .",
                     fault)
        if mx == "in-letters":
            self.add(self.apex, "MX", "5 192.0.2.1.", fault)
        if mx == "missing":
            self.add(self.apex, "MX", "5 "
                     + self.chance.choice(["nobody", "localhost."]), fault)
        if mx != "null" and (mx == "hosts" or self.maybe(0.7)):
            self._hosts(fault)

    def _hosts(self, fault: str) -> None:
        for number in range(1, self.draw({1: 66, 2: 24, 3: 10}) + 1):
            zone = self.zone if self.maybe(0.72) else self.draw(ZONES)
            name = self._host(f"mx{number}", zone)
            self.add(self.apex, "MX",
                     f"{self.chance.choice([10, 10, 20])} {name}", fault)
        if self.maybe(0.03) and self.servers and self.apex == "@":
            self.add("_25._tcp", "TLSA", "3 1 1 {ec}")

    # --- a host

    def _host(self, label: str, zone: str) -> str:
        """Makes a host; how a case names it."""
        kind = self.draw(HOSTS)
        if label == "@" and kind in ("wildcard", "dname", "dead", "twin"):
            kind = "plain"
        name = self.at(label, zone)
        if kind == "dead":
            self.add(name, "TXT", '"no address"')
            return name
        if kind == "wildcard":
            return self._below_wildcard(label, zone)
        if kind == "dname":
            return self._below_dname(label, zone)
        path = [name]
        for hop in range({"alias": 1, "chain": 2}.get(kind, 0)):
            there = (path[-1].partition("/")[2] or self.zone
                     if self.maybe(0.5) else self.draw(ZONES))
            path.append(self.at(f"{'ab'[hop]}-{label}".replace("@", "apex"),
                                there))
            self.add(path[-2], "CNAME", path[-1], self.fault(
                path[-2].partition("/")[2] or self.zone))
        if kind == "plain":
            for type_ in "A", "AAAA":
                self.script(zone, f"{name} {type_}", 0.08)
        others = list(self.servers)
        servers = self._addresses(path[-1], others if kind == "twin" else [])
        self._tlsa(path, servers)
        return name

    def _below_wildcard(self, label: str, zone: str) -> str:
        above = f"wild-{label}"
        name = self.at(f"{label}.{above}", zone)
        servers = self._addresses(self.at(f"*.{above}", zone))
        if self.maybe(0.3):     # the TLSA records come from it as well
            self._records(self.at(f"*.{above}", zone), servers)
        return name

    def _below_dname(self, label: str, zone: str) -> str:
        there = zone if self.maybe(0.5) else self.draw(ZONES)
        self.add(self.at(f"old-{label}", zone), "DNAME",
                 self.at(f"new-{label}", there), self.fault(zone))
        end = self.at(f"{label}.new-{label}", there)
        servers = self._addresses(end)
        if self.maybe(0.8):
            self._records(self._below(end), servers)
        return self.at(f"{label}.old-{label}", zone)

    @staticmethod
    def _below(name: str) -> str:
        return "_25._tcp" if name == "@" else f"_25._tcp.{name}"

    def _addresses(self, name: str, others: list[str] = []) -> list[str]:
        """The host's address records, and the servers that are there.

        The first is one of OTHERS, if there are any, with another host's.
        """
        zone = name.partition("/")[2] or self.zone
        families = self.draw(FAMILIES)
        first = self.chance.choice(others) if others else self._server(name)
        found = [first]
        if families in ("both", "4", "two", "apart"):
            self.add(name, "A", f"{{{first}}}", self.fault(zone, 0.03))
        if families in ("both", "6"):
            self.add(name, "AAAA", f"{{{first}}}", self.fault(zone, 0.03))
        if families in ("two", "apart"):
            second = (first if self.maybe(0.1) and families == "apart"
                      else self._server(name))
            self.add(name, "A" if families == "two" else "AAAA",
                     f"{{{second}}}", self._same_fault(name, "A")
                     if families == "two" else "")
            found.append(second)
        return found

    def _same_fault(self, name: str, type_: str) -> str:
        """That of the RRset that a record is added to."""
        found = [line.partition("!")[2] for line in self.lines
                 if line.startswith(f"{name} {type_} ")]
        return found[0] if found else ""

    # --- its TLSA records

    def _tlsa(self, path: list[str], servers: list[str]) -> None:
        place = self.draw(PLACES)
        start, end = path[0], path[-1]
        if place in ("end", "both"):
            self._records(self._below(end), servers)
        if place in ("start", "both") and (start != end or place == "start"):
            self._records(self._below(start), servers)
        if place == "alias":
            zone = (end.partition("/")[2] or self.zone if self.maybe(0.6)
                    else self.draw(ZONES))
            shared = self.at("shared-" + end.partition("/")[0]
                             .replace("@", "apex"), zone)
            self.add(self._below(end), "CNAME", shared, self.fault(
                end.partition("/")[2] or self.zone, 0.08))
            self._records(shared, servers)
        if place == "wildcard":
            self._records(self._below(end).replace("_25.", "*.", 1), servers)

    def _records(self, owner: str, servers: list[str]) -> None:
        zone = owner.partition("/")[2] or self.zone
        fault = self.fault(zone)
        self.script(zone, f"{owner} TLSA")
        for number in range(self.draw({1: 50, 2: 28, 3: 14, 5: 6, 14: 2})):
            self.add(owner, "TLSA", self._record(
                self.chance.choice(servers), sure=not number
                and self.maybe(0.7)), fault)
        if zone == "scripted" and "*" not in owner and self.maybe(0.03):
            self.add(owner, "TLSA", "3 1 1", fault)

    def _record(self, server: str, sure: bool) -> str:
        """A record; one that is SURE is as it should be."""
        usage = self.draw({3: 60, 2: 40} if sure else USAGES)
        selector = self.draw({1: 67, 0: 33} if sure else SELECTORS)
        type_ = self.draw({1: 75, 2: 12, 0: 13} if sure else TYPES)
        source = "right" if sure else self.draw(SOURCES)
        form = (min(selector, 1), type_ if type_ < 3 else 1)
        leaves, issuers = self.leaves[server], self.issuers[server]
        of = leaves if usage in (1, 3) or not issuers else issuers
        if source == "swapped":
            of = issuers if of is leaves and issuers else leaves
        if source == "other":
            of = [each for leaf in self.leaves.values() for each in leaf]
        if source == "stranger":
            of = ["stranger", "stranger-root", "retired"]
        name, more = self.chance.choice(of), ""
        if source == "length":
            more = self.chance.choice(["+00", "-1"])
        slip = ""
        if source == "slip":
            slips = ["text", "base64", "~2"] + ["pem"] * (form[1] > 0)
            slip = " " + self.chance.choice(slips)
        if source == "form":
            form = self.chance.choice([(0, 1), (1, 1), (0, 2), (1, 0)])
        return (f"{usage} {selector} {type_} "
                f"{{{name}{more} {form[0]} {form[1]}{slip}}}")

    # --- a server

    def _server(self, host: str) -> str:
        """A new one, for the host as a case names it."""
        name = f"s{len(self.servers) + 1}"
        self.leaves[name], self.issuers[name] = [], []
        plan: dict = {}
        does = self.draw(BEHAVIOURS)
        if does != "normal":
            plan["does"] = does
        versions = self.draw(VERSIONS)
        types = ["ec"]
        if self.maybe(0.25):
            types = self.chance.choice(
                [["rsa"], ["ec", "rsa"], ["rsa", "ec"], ["ed25519"],
                 ["ec", "rsa", "ed25519"], ["ec", "ed25519"]])
        if "ed25519" in types and versions.startswith(("1.0", "1.1")):
            versions = ""
        if versions:
            plan["tls"] = versions.split()
        weakness = self.draw(WEAKNESSES)
        if weakness and does == "normal":
            types = KEYS_OF.get(weakness, [self.chance.choice(["ec", "rsa"])])
            plan = dict(PLANS.get(weakness, {}))
        plan["sends"] = [self._chain(name, host, type_) for type_ in types]
        client = self.draw(CLIENTS)
        if client and does == "normal" and not weakness:
            plan["certificate"] = client
        if self.maybe(0.08) and "*" not in host and not weakness:
            plan["sni"] = {host: plan["sends"]}
            plan["sends"] = ["stranger"]
        self.servers[name] = plan
        return name

    def _chain(self, server: str, host: str, type_: str) -> str:
        """What it sends for a key type."""
        kind = self.draw(CHAINS)
        if kind == "shared" and "-" not in type_:
            self.leaves[server].append(type_)
            return type_
        leaf = f"{server}-{type_}"
        plan = self._leaf(host) | {"key": f"{type_}:leaf"}
        if kind == "self":
            self.certificates[leaf] = plan
            self.leaves[server].append(leaf)
            return leaf
        middle, above, more = self._middle(leaf)
        self.certificates[leaf] = plan | {"issuer": middle}
        self.leaves[server].append(leaf)
        self.issuers[server] += [middle, *above]
        if kind == "usual":
            return " ".join([leaf, middle, *more])
        words = {"leaf": leaf, "middle": middle, "root": above[-1]}
        return " ".join(words.get(word, word) for word
                        in self.chance.choice(SENDS).split())

    def _middle(self, leaf: str) -> tuple[str, list[str], list[str]]:
        """An issuer, what is above it, and what is sent after it."""
        kind = self.draw(MIDDLES)
        name = f"{leaf}-ca"
        plan = {"ca": True, "issuer": "root", "cn": f"Random {name}",
                "key": "ec:random-ca"}
        if kind == "good":
            return "intermediate", ["root"], []
        if kind == "expired":
            plan["days"] = [-900, -1]
        if kind == "no-ca":
            plan["ca"] = False
        if kind in ("sha1", "md5"):
            plan["digest"] = kind
        if kind in ("deep", "deep-sha1"):
            plan["issuer"] = "intermediate"
            if kind == "deep-sha1":
                plan["digest"] = "sha1"
            self.certificates[name] = plan
            return name, ["intermediate", "root"], ["intermediate"]
        if kind == "cross":
            # The same name and key, from an authority that nobody publishes.
            self.certificates[f"{name}-cross"] = plan | {
                "issuer": "stranger-root", "days": self.chance.choice(
                    [[-900, -1], [-10, 900]])}
            self.certificates[name] = plan
            return name, ["root"], [f"{name}-cross"]
        if kind == "renewed":
            # A root with the key of the one before, which is sent.
            plan = {"ca": True, "cn": f"Random {name}", "key": "ec:random-ca"}
            self.certificates[f"{name}-old"] = plan | {"days": [-900, -1]}
            self.certificates[name] = plan
            return name, [f"{name}-old"], []
        self.certificates[name] = plan
        return name, ["root"], []

    def _leaf(self, host: str) -> dict:
        """Names and dates of a leaf for that host."""
        kind = self.draw(LEAVES)
        if host.startswith("*."):
            host = f"{host[2:].partition('/')[0].removeprefix('wild-')}" \
                f".{host[2:]}"
        plan: dict = {"names": [host]}
        if kind == "expired":
            plan["days"] = [-90, -1]
        elif kind == "not-yet":
            plan["days"] = [1, 90]
        elif kind == "misnamed":
            plan["names"] = ["elsewhere"]
        elif kind == "domain":
            plan["names"] = ["@"]
        elif kind == "wildcard":
            plan["names"] = ["*." + _parent(host)]
        elif kind == "wildcard-too-far":
            plan["names"] = ["*.*." + _parent(host)]
        elif kind == "cn":
            plan = {"cn": f"<{host}>"}
        elif kind == "cn-and-names":
            plan = {"cn": f"<{host}>", "names": ["elsewhere"]}
        elif kind == "many":
            plan["names"] = ["elsewhere", "@", host, "a-mx1", "b-mx1"]
        elif kind == "client":
            plan["purpose"] = "clientAuth"
        elif kind == "sha1":
            plan["digest"] = "sha1"
        plan["names"] = [self.case.plain(name)
                         for name in plan.get("names", [])]
        return plan


def _parent(host: str) -> str:
    """The name above, as a case has it: "mx/zone" -> "@/zone"."""
    label, slash, zone = host.partition("/")
    above = label.partition(".")[2] or "@"
    return above + slash + zone
