"""The lab: all zones, certificates, name servers and mail servers at once."""

import base64
import concurrent.futures
import ipaddress
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Callable

import case as cases_
import gnutls
import real_servers
import resolvers
import servers
from case import Case, Mistake
from certificates import Authority, Certificate
from daemons import Daemons
from mail import MailServers
from names import NameServer
from namespace import add_addresses
from servers import BEHIND, CHILDREN, SERVERS
from system import add_accounts, start_unbound
from talk import Server
from zones import Signer, Zone, serve

ROOT, TLD, RESOLVER, NAMED, UNBOUND = (
    f"198.18.0.{number}" for number in (1, 2, 5, 7, 8))
DEAD, DEAD6 = "198.18.0.250", "fd00:25:ffff::1"     # nobody has these

# What $LAB/issuers says of these authorities.
ISSUERS = {"turn-a": "active", "turn-b": "active", "retired": "retired"}


def wrong_digits(made: Certificate, selector: int, matching_type: int,
                 slip: str) -> str:
    """The data with its last digits, so many of them, put wrong."""
    digits = made.association(selector, matching_type).hex()
    count = int(slip[1:])
    return digits[:-count] + "".join(f"{15 - int(digit, 16):x}"
                                     for digit in digits[-count:])


# The data, in hexadecimal, as it should not be: by its form's first letter.
SLIPS = {
    "p": lambda made, *form: made.digest_of_pem(*form[:2]).hex(),
    "t": lambda made, *form: made.association(*form[:2]).hex().encode().hex(),
    "b": lambda made, *form: base64.b64encode(
        made.association(*form[:2])).hex(),
    "~": wrong_digits,
}


def publish(server: servers.Place, zone: Zone) -> None:
    """Its addresses, or whose name it has."""
    for type_, data in servers.records(server):
        zone.add(server.name, type_, data)


def chain_names(chain: str) -> list[str]:
    """"leaf root*3" -> leaf root root root."""
    names = []
    for word in chain.split():
        name, _, times = word.partition("*")
        names += [name] * int(times or 1)
    return names


def _server(addresses: list[str], plan, daemons) -> Server:
    """What a plan says, but for the certificates."""
    return Server(addresses, plan.port, plan.does, tls=plan.tls,
                  helo=plan.helo, groups=plan.groups,
                  certificate=plan.certificate, ciphers=plan.ciphers,
                  signatures=plan.signatures, dh=plan.dh,
                  prefers=plan.prefers, daemons=daemons.folder)


class Lab:
    """What the cases need, up and running between start() and stop()."""

    def __init__(self, cases: list[Case], work: pathlib.Path,
                 daemons: Daemons):
        self.cases = {case.name: case for case in cases}
        self.work = work
        self.daemons = daemons
        self.authority = Authority(work / "certificates")
        self.servers: dict[tuple[str, str], Server] = {}
        self.zones: dict[str, Zone] = {}
        self.chains = 0
        self.name_servers: list[subprocess.Popen] = []
        self.scratch: tempfile.TemporaryDirectory | None = None
        # Real servers that cannot be started here, and why.
        self.missing: dict[str, str] = {}
        self.missing_resolvers: dict[str, str] = {}
        self.later = 0      # than it is, for who signs zones, in seconds
        # What each {server} of a case stood for, in A and AAAA records.
        self.published: dict[tuple[str, str], set[str]] = {}
        here = pathlib.Path(__file__).parent
        for wanted in cases_.load_certificates(here / "certificates.toml"):
            self.authority.add(wanted)
        for case in cases:
            for wanted in case.certificate.values():
                self.authority.add(wanted)

    root = ROOT

    # --- what the tests ask

    @property
    def options(self) -> list[str]:
        """The options that let mxdane find its way in the lab."""
        return ["--root-hints", str(self.work / "root.hints"),
                "--trust-anchor", str(self.work / "root.anchor")]

    def address(self, case: Case, server: str, family: int) -> str:
        addresses = self.servers[case.name, server].addresses
        return addresses[0 if family == 4 else 1]

    def tlsa(self, case: Case, text: str) -> tuple[int, int, int, str]:
        """"3 1 1 {leaf}" -> the record's fields, the data in hexadecimal.

        {leaf 0 2} is the data as of another selector and matching type,
        {leaf+00} has an octet too many and {leaf-1} one too few. For what
        people make of it there are {leaf pem}, {leaf text}, {leaf base64} and
        {leaf ~2} (SLIPS), after the other numbers where there are any.
        """
        fields = text.split(None, 3)
        data = fields[3] if len(fields) > 3 else ""
        found = re.fullmatch(r"\{([^ }]+?)(\+00|-1)?(?: (\d) (\d))?"
                             r"(?: (pem|text|base64|~\d))?\}", data)
        if found:
            name, change, selector, matching_type, slip = found.groups()
            made = self.authority.get(case.certificate_name(name))
            form = int(selector or fields[1]), int(matching_type or fields[2])
            data = SLIPS[slip[0]](made, *form, slip) if slip else (
                made.association(*form).hex())
            if change:
                data = data + "00" if change == "+00" else data[:-2]
        usage, selector, matching_type = map(int, fields[:3])
        return usage, selector, matching_type, data.replace(" ", "").lower()

    def touched(self, case: Case) -> list[str]:
        """What was done that the case wants left alone."""
        found = []
        for name in case.untouched:
            server, _, family = name.partition("/")
            talks = self.servers[case.name, server].talks
            addresses = ([self.address(case, server, int(family))] if family
                         else list(talks))
            found += [f"connected to {name} at {address}"
                      for address in addresses if talks[address]]
        for name, wanted in case.talks.items():
            had = {address: len(self.servers[case.name, name].talks[address])
                   for address in self.servers[case.name, name].addresses}
            found += [f"{count} conversations with {name} at {address}"
                      for address, count in had.items() if count != wanted]
        for question in case.unasked:
            name, type_ = question.split()
            if self.scripted.was_asked(case.full(name), type_):
                found.append(f"asked for {question}")
        return found

    def send(self, case: Case, server: str, chain: str) -> None:
        """Has a server send another chain from now on."""
        self.servers[case.name, server].change(self._chains(case, [chain]))

    def change(self, case: Case) -> None:
        """Has the servers of a case be as it says that they are `then`."""
        for name, plan in case.then.items():
            server = self.servers[case.name, name]
            server.tls = plan.tls
            server.change(self._chains(case, plan.sends))

    def serve_anew(self, change: Callable[[dict[str, Zone]], None]) -> None:
        """Has the name servers serve the zones as the cases say that they are,
        but for what CHANGE does to them."""
        for process in self.name_servers:
            self.daemons.end(process)
        self._make_zones()
        change(self.zones)
        self._serve_zones()
        for server in self.scripted, self.second:
            server.zones = self.zones

    # --- building it

    def start(self) -> None:
        self.work.mkdir(parents=True, exist_ok=True)
        self._give_addresses()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(self.authority.get, self._wanted_certificates()))
        self._fill_servers()
        self._write_issuers()
        self._write_both()
        self._make_zones()
        self._start_name_servers()
        self._start_mail_servers()

    def stop(self) -> None:
        self.daemons.stop()
        if self.scratch:
            self.scratch.cleanup()

    def _start_mail_servers(self) -> None:
        real_ones = [server for server in self.servers.values()
                     if server.does in real_servers.REAL]
        add_accounts(self.work)
        # Their sockets have names of 107 octets at most.
        self.scratch = tempfile.TemporaryDirectory(prefix="lab-")
        self.missing = real_servers.start(
            self.daemons, pathlib.Path(self.scratch.name), real_ones)
        try:
            gnutls.load(self.daemons.folder)
        except gnutls.Missing as why:
            self.missing["knows-no-rfc-5746"] = str(why)
        MailServers([server for server in self.servers.values()
                     if server not in real_ones]).start()

    def _give_addresses(self) -> None:
        first4 = ipaddress.ip_address("198.18.1.0")
        first6 = ipaddress.ip_address("fd00:25::")
        addresses = [ROOT, TLD, RESOLVER, NAMED, UNBOUND, *servers.HERE]
        unreachable = [servers.NO_ROUTE6]
        for case in self.cases.values():
            for name, plan in case.server.items():
                number = len(self.servers) + 1
                server = _server(
                    [str(first4 + number), str(first6 + number)], plan,
                    self.daemons)
                for each in plan.machines:
                    server.machines.append(_server(
                        server.addresses, each, self.daemons))
                    server.machines[-1].talks = server.talks
                self.servers[case.name, name] = server
                there = (unreachable if plan.does == "unreachable"
                         else addresses)
                there += server.addresses
        addresses += [resolvers.address(name) for name in self._resolvers()]
        add_addresses(addresses, unreachable)

    def _resolvers(self) -> list[str]:
        """Those that the cases name."""
        return sorted({name for case in self.cases.values()
                       for name in case.resolvers()})

    def _wanted_certificates(self) -> list[str]:
        wanted = {}
        for case in self.cases.values():
            texts = [case.dns]
            for plan in case.server.values():
                machines = [each.sends for each in plan.machines]
                for sends in [plan.sends, *plan.sni.values(), *machines]:
                    texts += ["{" + name + "}" for chain in sends
                              for name in chain_names(chain)]
            for name in re.findall(r"\{([^ }]+?)(?:\+00|-1)?[ }]",
                                   " ".join(texts)):
                full = case.certificate_name(name)
                if full in self.authority.specifications:
                    wanted[full] = True
        return list(wanted)

    def _write_issuers(self) -> None:
        """What --issuers is to know of the authorities here."""
        lines = []
        for name, state in ISSUERS.items():
            key = self.authority.get(name).association(1, 1).hex()
            subject = self.authority.specifications[name].cn
            lines.append(f"{key}\t{subject}\tintermediate\t{state}\n")
        (self.work / "issuers").write_text("".join(lines))

    def _write_both(self) -> None:
        """Two chains in one file, as Postfix has them: keys first."""
        made = [self.authority.get(name) for name in ("ec", "rsa")]
        (self.work / "both.pem").write_text("".join(
            each.key_file.read_text() + each.pem for each in made))

    def _chains(self, case: Case, sends: list[str]) -> list[tuple[str, str]]:
        """The PEM files that make a server send these chains."""
        files = []
        for chain in sends:
            made = [self.authority.get(case.certificate_name(name))
                    for name in chain_names(chain)]
            self.chains += 1
            file = self.authority.folder / f"{self.chains}.chain"
            file.write_text("".join(each.pem for each in made))
            files.append((str(file), str(made[0].key_file)))
        return files

    def _fill_servers(self) -> None:
        for (case_name, name), server in self.servers.items():
            case = self.cases[case_name]
            plan = case.server[name]
            server.chains = self._chains(case, plan.sends)
            server.by_name = {case.plain(asked): self._chains(case, sends)
                              for asked, sends in plan.sni.items()}
            for machine, each in zip(server.machines, plan.machines):
                machine.chains = self._chains(case, each.sends)

    def _data(self, case: Case, type_: str, data: str) -> str:
        """A record's data with its placeholder filled in."""
        if type_ == "TLSA":
            *fields, digits = self.tlsa(case, data)
            octets = "".join(f"{field:02x}" for field in fields) + digits
            return rf"\# {len(octets) // 2} {octets}"
        found = re.fullmatch(r"\{(.+)\}", data)
        if not found:
            return data
        name = found[1]
        if (case.name, name) not in self.servers:
            raise Mistake(f"{case.name}: there is no server {name!r}")
        address = self.address(case, name, 4 if type_ == "A" else 6)
        self.published.setdefault((case.name, name), set()).add(address)
        return address

    def _make_zones(self) -> None:
        root = Zone(".", "", ["a-root."])
        tld = Zone(cases_.TOP, ".", ["tld."], "nsec3")
        self.zones = {"root": root, "top": tld}
        root.add("a-root.", "A", ROOT)
        root.add("tld.", "A", TLD)
        for server in SERVERS.values():
            publish(server, tld if server.name.endswith(f".{tld.name}")
                    else root)
        for key, plan in cases_.ZONES.items():
            special = vars(plan) | {
                which: [SERVERS[each].name for each in getattr(plan, which)]
                for which in ("servers", "delegated")}
            self.zones[key] = Zone(**special)
            # Beside the glue above the cut.
            for server in SERVERS.values():
                if server.name == self.zones[key].name:
                    publish(server, self.zones[key])
        for case in self.cases.values():
            for line in case.lines():
                zone = self.zones[case.zone_of(line[0])]
                zone.records.append(cases_.record(
                    case, line, self._data(case, line[1], line[2])))

    def _sign_zones(self) -> dict[str, pathlib.Path]:
        """The files of the zones, by name; a zone has the DS of those below."""
        signer = Signer(self.daemons, self.work / "zones", self.later)
        zones = list(self.zones.values())
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(signer.make_keys, zones))
            for key, plan in cases_.ZONES.items():
                signer.delegate(self.zones[plan.parent], self.zones[key])
            signer.delegate(self.zones["root"], self.zones["top"])
            return dict(zip((zone.name for zone in zones),
                            pool.map(signer.write, zones)))

    def _write_hints(self) -> None:
        (self.work / "root.hints").write_text(
            f". 3600 NS a-root.\na-root. 3600 A {ROOT}\n")
        (self.work / "several.hints").write_text(
            f". NS dead.\n. NS dead6.\n. NS a-root.\ndead. A {DEAD}\n"
            f"dead6. AAAA {DEAD6}\na-root. A {ROOT}\n")
        (self.work / "dead.hints").write_text(
            f". NS dead.\ndead. A {DEAD}\ndead. AAAA {DEAD6}\n")
        (self.work / "root.anchor").write_text(
            f". IN DS {self.zones['root'].made[0].ds(2)}\n")
        (self.work / "wrong.anchor").write_text(
            f". IN DS 12345 13 2 {'00' * 32}\n")

    def _serve_zones(self) -> None:
        files = self._sign_zones()
        zones = list(self.zones.values())
        top, below = files.pop("."), files.pop(cases_.TOP)
        behind = Signer(self.daemons, self.work / "zones" / "behind",
                        self.later)
        daemons = [("root", [ROOT], {".": top}),
                   ("tld", [TLD], {cases_.TOP: below}),
                   ("children", servers.NSD, files),
                   ("behind", [BEHIND], {
                       zone.name: behind.write(zone.copy_behind())
                       for zone in zones if zone.behind})]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.name_servers = list(pool.map(lambda each: serve(
                self.daemons, self.work / each[0], *each[1:]), daemons))

    def _start_name_servers(self) -> None:
        self._serve_zones()
        self._write_hints()
        self._start_scripted(list(self.zones.values()))
        # A resolver that believes everything, for --resolver. Name servers see
        # that it is not mxdane who asks them.
        start_unbound(self.daemons, self.work, RESOLVER, "iterator",
                      f"\toutgoing-interface: {RESOLVER}")
        self.missing_resolvers = resolvers.start(
            self.daemons, self.work, self._resolvers(), RESOLVER)

    def _start_scripted(self, zones: list[Zone]) -> None:
        refused = self._refused(zones)
        self.scripted, self.second, *others = (
            NameServer(address, CHILDREN, BEHIND,
                       self._rules() if stream == "answers" else {}, refused,
                       self.zones, stream)
            for address, stream in servers.STREAMS.items())
        for each in self.scripted, self.second, *others:
            each.start()

    @staticmethod
    def _refused(zones: list[Zone]) -> list[str]:
        """The records that NSD does not take, for the scripted server."""
        for zone in zones:
            if zone.refused and zone.servers != [SERVERS["scripted"].name]:
                raise Mistake(f"{zone.name}: NSD refuses '{zone.refused[0]}': "
                              'give the case zone = "scripted"')
        return [line for zone in zones for line in zone.refused]

    def _rules(self) -> dict[tuple[str, str], str]:
        rules = {}
        for key, plan in cases_.ZONES.items():
            for type_, action in plan.answers.items():
                name = ("*." if type_ == "*" else "") + plan.name
                rules[name, type_] = action
        for case in self.cases.values():
            for question, action in case.answers.items():
                name, type_ = question.split()
                rules[case.full(name), type_] = action
        return rules
