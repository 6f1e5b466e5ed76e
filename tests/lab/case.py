"""Cases: the data files, read strictly. run's head says how to write one."""

import dataclasses
import pathlib
import re
import shlex
import tomllib

import resolvers
from behaviours import BEHAVIOURS, WITHOUT_TALK
from certificates import Specification
from dnssec import FAULTS, GONE
from names import ACTIONS
from real_servers import REAL
from servers import SERVERS, TOP
from versions import NEED
from wire import TYPES
from zones import COPIES, DS, Record

RESOLVER_NAME = re.compile(r"\{resolver ([a-z0-9-]+)\}")
VALIDATOR = re.compile(r"(named|unbound)(?: (before )?(\d+)\.(\d+))?")


class Mistake(Exception):
    """A case is not written as it should be."""


@dataclasses.dataclass
class ZonePlan:
    """A zone of zones.toml, whose head explains the keys."""

    name: str
    parent: str = "top"
    servers: list[str] = dataclasses.field(
        default_factory=lambda: ["children"])
    delegated: list[str] = dataclasses.field(default_factory=list)
    signing: str = "nsec"
    iterations: int = 0
    keys: list[str] = dataclasses.field(default_factory=lambda: ["csk"])
    keys_behind: list[str] = dataclasses.field(default_factory=list)
    ds_behind: bool = True
    ds: list[str] = dataclasses.field(default_factory=lambda: ["right"])
    ds_fault: str = ""
    cds: bool = False
    faults: dict[str, str] = dataclasses.field(default_factory=dict)
    expired: bool = False
    behind: str = ""
    answers: dict[str, str] = dataclasses.field(default_factory=dict)
    own: bool = False

    def __post_init__(self):
        for what, known, used in (
                ("server", SERVERS, [*self.servers, *self.delegated]),
                ("signing", ("nsec", "nsec3", "opt-out", "none"),
                 [self.signing]),
                ("DS record", DS, self.ds),
                ("fault", {"": "", **FAULTS},
                 [self.ds_fault, *self.faults.values()]),
                ("copy", {"": "", **COPIES}, [self.behind]),
                ("answer", ACTIONS, self.answers.values()),
                ("type", {"*": "", **TYPES}, self.answers)):
            for each in used:
                if each not in known:
                    raise Mistake(f"{self.name}: no {what} is {each!r}")


@dataclasses.dataclass
class ServerPlan:
    """A mail server of a case, before it has addresses and certificates."""

    does: str = "normal"
    sends: list[str] = dataclasses.field(default_factory=lambda: ["ec"])
    sni: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    tls: list[str] = dataclasses.field(default_factory=list)
    helo: str = ""
    certificate: str = ""           # of the client: "asked" for, or "demanded"
    groups: str = ""                # of the key exchange
    ciphers: str = "ALL"            # OpenSSL's names, below TLS 1.3
    signatures: str = ""            # signature algorithms, likewise
    dh: int = 0                     # bits of the group for DHE
    prefers: bool = False           # it chooses suites and signatures itself
    port: int = 25
    # Several that share its addresses, each like a server: the connections to
    # an address are theirs in turns.
    machines: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        if self.does not in {*BEHAVIOURS, *WITHOUT_TALK, *REAL}:
            raise Mistake(f"no server does {self.does!r}")
        self.sends = _listed(self.sends)
        self.sni = {name: _listed(sends) for name, sends in self.sni.items()}
        self.tls = _listed(self.tls)
        if self.certificate not in ("", "asked", "demanded"):
            raise Mistake(f"no client's certificate is {self.certificate!r}")
        self.machines = [_filled(ServerPlan, plan, "machine")
                         for plan in self.machines]
        if any(plan.does not in BEHAVIOURS for plan in self.machines):
            raise Mistake("a machine has to answer, and not be a real one")


@dataclasses.dataclass
class HostExpectation:
    verdict: str
    preference: int | None = None
    addresses: str = "secure"
    cname: str | None = None
    tlsa: str | None = "secure"     # "not asked" for null
    base: str | None = None         # default: the host
    owner: str | None = None        # of the records; default: below base
    names: list[str] | None = None  # reference names; None: not looked at
    records: list[str] | None = None


@dataclasses.dataclass
class EndpointExpectation:
    verdict: str
    stage: str = "done"             # or several, "connect|greeting"
    error: str | None = None        # a regular expression; None: must be null
    protocol: str | None = None     # of every handshake
    group: str | None = None        # likewise; "none" for null
    # The status of each record, {"3 1 1 {x}": "match 0"}: in every handshake,
    # or for each key type, which are then all that there are.
    tlsa: dict[str, str] | None = None
    # With --repeat "ECDSA 2 of 5": the connections that showed it.
    shakes: dict[str, dict[str, str]] | None = None
    # The stages at which other connections ended, "connect|greeting 2 of 5".
    failures: list[str] = dataclasses.field(default_factory=list)
    # Those of attempts before, which do not count (--retry): "greeting 1".
    retried: list[str] = dataclasses.field(default_factory=list)
    # Key types with which no handshake comes about that senders accept: of no
    # account beside another key type, and otherwise as bad as the address.
    outdated: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Expectation:
    verdict: str = ""
    verdicts: list[str] | None = None       # of several domains, in order
    domain: str | None = None               # as the report names it
    mx: str = "secure"
    null_mx: bool = False
    implicit: bool = False
    host: dict[str, HostExpectation] = dataclasses.field(default_factory=dict)
    endpoint: dict[str, EndpointExpectation] = dataclasses.field(
        default_factory=dict)
    findings: list[str] = dataclasses.field(default_factory=list)
    no_findings: list[str] = dataclasses.field(default_factory=list)
    # Those that it depends on chance whether they are there.
    perhaps: list[str] = dataclasses.field(default_factory=list)
    # The records that findings of a code say to publish, at _25._tcp.mx.
    advises: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    says: list[str] = dataclasses.field(default_factory=list)
    brief: bool = False                     # hosts are not looked at
    exit: int | None = None                 # default: what the verdict means
    stderr: str | None = None               # a regular expression
    # After `then`, as -q tells it but for the domain and more blanks: "tls
    # <mx> [{mx/4}] TLSv1.2 -> TLSv1.3". {leaf} is the digest of its key.
    changes: list[str] = dataclasses.field(default_factory=list)
    # What the report says of zones, by their names for cases or with a final
    # dot: "secure", or any of its keys, {dnssec = "bogus", why = "DNSKEY"}, of
    # which `why` is a regular expression, and ds the number of records.
    zone: dict[str, dict] = dataclasses.field(default_factory=dict)
    # The name servers of which errors and warnings are told, each with the zone
    # for which it is at fault: "behind divided", by their keys in zones.toml.
    accused: list[str] | None = None
    # What the report has of such a server, at each of its addresses and over
    # each transport, "behind divided" = { delegated = true }; or its address,
    # udp or tcp: "both ns-both [198.18.0.3] tcp". `not-asked` is a regular
    # expression, and "MX" or "TLSA <owner>" the result of a question.
    name_server: dict[str, dict] = dataclasses.field(default_factory=dict)
    tlsrpt: list[str] | None = None     # its addresses; None: not looked at
    # Lines of the trace (`run` has -v), each of which is there once, without
    # the "* " that they begin with.
    traces: list[str] = dataclasses.field(default_factory=list)
    within: float = 20                      # seconds


@dataclasses.dataclass
class Case:
    name: str
    shows: str
    zone: str = "signed"
    dns: str = ""
    run: str = "<@>"
    stdin: str = ""
    # Versions that it cannot do without: "openssl 3.5" or "libunbound 1.22".
    needs: list[str] = dataclasses.field(default_factory=list)
    allow_reserved: bool = True
    # second_opinion.py: why posttls-finger judges otherwise, where it does;
    # and whether it is asked at all.
    posttls_finger_differs: str = ""
    second_opinion: bool = True
    # validators.py: why "named" or "unbound", or from a version on "named
    # 9.20", sees the DNS otherwise; and whether they are asked at all.
    validators: dict[str, str] = dataclasses.field(default_factory=dict)
    validators_asked: bool = True
    untouched: list[str] = dataclasses.field(default_factory=list)  # servers
    # How many conversations each of these has, at each address, all in all.
    talks: dict[str, int] = dataclasses.field(default_factory=dict)
    unasked: list[str] = dataclasses.field(default_factory=list)    # questions
    output: str = ""                # the file with the report, in $LAB
    # Whether every report and trace is looked at for what should not be there.
    hostile: bool = False
    server: dict[str, ServerPlan] = dataclasses.field(default_factory=dict)
    certificate: dict[str, Specification] = dataclasses.field(
        default_factory=dict)
    answers: dict[str, str] = dataclasses.field(default_factory=dict)
    # What `sends` and `tls` of servers are after the audit: there is another
    # one, with --since.
    then: dict[str, ServerPlan] = dataclasses.field(default_factory=dict)
    # A file in records/ that is judged again; there is no audit then.
    record: str = ""
    # Name servers are picked by chance, and the verdict is not: chance.py.
    chance: bool = False
    expect: Expectation = dataclasses.field(default_factory=Expectation)

    def full(self, name: str) -> str:
        """A name of the case ("mx", "mx/unsigned", "@"), with its final dot.

        Each case has in each zone the names below its own.
        """
        if name.endswith("."):
            return name
        label, _, zone = name.partition("/")
        zone = zone or self.zone
        if zone not in ZONES:
            raise Mistake(f"{self.name}: there is no zone {zone!r}")
        below = ZONES[zone].name
        if not ZONES[zone].own:
            below = f"{self.name}.{below}"
        return f"{label}.{below}".removeprefix("@.").replace(".@.", ".")

    def plain(self, name: str) -> str:
        """The same as programs show it."""
        return self.full(name).rstrip(".") or "."

    def zone_of(self, name: str) -> str:
        return name.partition("/")[2] or self.zone

    def zone_name(self, name: str) -> str:
        """A zone's name as reports have it, of "KEY" or "example."."""
        if not name.endswith("."):
            name = ZONES[name].name
        return name.rstrip(".") or "."

    def with_names(self, text: str) -> str:
        """TEXT with the names that it has in angle brackets in full."""
        return re.sub("<([^>]+)>", lambda found: self.plain(found[1]), text)

    def resolvers(self) -> list[str]:
        """The resolvers that `run` names, by what they are."""
        return RESOLVER_NAME.findall(self.run)

    def command(self) -> list[str]:
        """The arguments to mxdane that are the case's own."""
        words = RESOLVER_NAME.sub(lambda found: resolvers.address(found[1]),
                                  self.run)
        return shlex.split(self.with_names(words))

    def lines(self) -> list[tuple[str, str, str, str, str]]:
        """Owner, type, data, fault and TTL of each line of `dns`."""
        found = []
        for line in _repeated(self.dns.splitlines()):
            line, _, fault = line.partition("!")
            fields = line.split(None, 2)
            ttl = ""
            if len(fields) == 3 and fields[1].isdigit():
                ttl = fields[1]
                fields[1:] = fields[2].split(None, 1)
            if not fields:
                continue
            if len(fields) < 3:
                raise Mistake(f"{self.name}: {line!r} is no record")
            found.append((*fields[:2], fields[2].strip(), fault.strip(), ttl))
        return found

    def certificate_name(self, name: str) -> str:
        """Where the lab keeps the certificate that the case calls NAME."""
        return f"{self.name}/{name}" if name in self.certificate else name


def _repeated(lines: list[str]) -> list[str]:
    """"3x mx# A {mx}" stands for three lines, with 1, 2, 3 in place of #.

    More of it are that many digits.
    """
    found = []
    for line in lines:
        times = re.match(r"(\d+)x ", line)
        if times:
            line = line[times.end():]
            found += [re.sub("#+", lambda place: str(number).zfill(
                          len(place[0])), line)
                      for number in range(1, int(times[1]) + 1)]
        else:
            found.append(line)
    return found


# Which copy of a zone lacks a record, by what stands behind it.
LACKS = {"fresh": "behind", "stale": "ahead"}


def record(case: Case, line: tuple, data: str) -> Record:
    """A line of a case's `dns` as a record; names in the data are expanded."""
    owner, type_, _, fault, ttl = line
    if type_ in ("MX", "CNAME", "DNAME", "NS"):
        *before, name = data.split()
        data = " ".join(before + [case.full(name)])
    lacks = ""
    if ZONES[case.zone_of(owner)].behind and fault in LACKS:
        lacks, fault = LACKS[fault], ""
    if fault not in ("", GONE, *FAULTS):
        raise Mistake(f"{case.name}: no signature can be {fault!r}")
    return Record(case.full(owner), type_, data, fault, ttl, lacks)


def _listed(value) -> list:
    return [value] if isinstance(value, str) else value


def _filled(kind, table: dict, where: str, **more):
    """An object of dataclass KIND from a table; unknown keys are mistakes."""
    known = {field.name for field in dataclasses.fields(kind)}
    table = {key.replace("-", "_"): value for key, value in table.items()}
    unknown = set(table) - known
    if unknown:
        raise Mistake(f"{where}: unknown key {', '.join(sorted(unknown))}")
    try:
        return kind(**table, **more)
    except TypeError as error:
        raise Mistake(f"{where}: {error}") from error


def _endpoint(value, where: str) -> EndpointExpectation:
    """"pass", or a table; its keys in capitals are key types."""
    if isinstance(value, str):
        value = {"verdict": value}
    shakes = {key: records for key, records in value.items()
              if key[0].isupper()}
    rest = {key: v for key, v in value.items() if key not in shakes}
    return _filled(EndpointExpectation, rest, where, shakes=shakes or None)


def _host(value, where: str) -> HostExpectation:
    if isinstance(value, str):
        value = {"verdict": value}
    return _filled(HostExpectation, value, where)


def _expectation(table: dict, where: str) -> Expectation:
    table = dict(table)
    for key, make in ("host", _host), ("endpoint", _endpoint):
        table[key] = {name: make(value, f"{where}: {key} {name}")
                      for name, value in table.get(key, {}).items()}
    table["zone"] = {name: {"dnssec": value} if isinstance(value, str)
                     else value for name, value in
                     table.get("zone", {}).items()}
    expectation = _filled(Expectation, table, where)
    expectation.advises = {code: _listed(records) for code, records
                           in expectation.advises.items()}
    for text in expectation.findings + expectation.perhaps:
        if not re.fullmatch("(error|warning|info) [a-z0-9-]+", text):
            raise Mistake(f"{where}: {text!r} is no finding")
    if not (expectation.verdict or expectation.verdicts
            or expectation.exit is not None):
        raise Mistake(f"{where}: no verdict is expected")
    return expectation


def _needs(needs: list[str], where: str) -> list[str]:
    for need in needs:
        if not NEED.fullmatch(need):
            raise Mistake(f"{where}: {need!r} is no library and version")
    return needs


def _answers(table: dict, where: str) -> dict[str, str]:
    for question, action in table.items():
        if action not in ACTIONS or question.split()[-1] not in TYPES:
            raise Mistake(f"{where}: {question} = {action!r} is not known")
    return table


USUAL = """
@   MX    10 mx
mx  A     {mx}
mx  AAAA  {mx}
"""


def _usual(table: dict) -> dict:
    """The short form: `tlsa` in place of `dns`, for one MX host called mx.

    `tlsa` lists its records, or says of each what its status is. Host and
    address are expected to have the domain's verdict.
    """
    tlsa = table.pop("tlsa")
    expect = table.setdefault("expect", {})
    table["dns"] = USUAL + table.get("dns", "") + "\n" + "".join(
        f"_25._tcp.mx  TLSA  {record}\n" for record in tlsa)
    table.setdefault("server", {}).setdefault("mx", {})
    parts = ["host"]
    if tlsa and set(expect.get("endpoint", {"mx"})) == {"mx"}:
        parts.append("endpoint")
    for part in parts:
        usual = expect.setdefault(part, {}).setdefault("mx", {})
        usual.setdefault("verdict", expect.get("verdict", ""))
    if isinstance(tlsa, dict):
        expect["endpoint"]["mx"].setdefault("tlsa", tlsa)
    return table


def _of_record(table: dict, where: str) -> dict:
    """Names and addresses are in the record: none are the case's own."""
    useless = {"dns", "server", "certificate", "answers", "then"}
    found = sorted(key for key in useless if table.get(key))
    if found:
        raise Mistake(f"{where}: a record leaves no use for {found[0]}")
    if not (pathlib.Path(__file__).parent / "records"
            / table["record"]).exists():
        raise Mistake(f"{where}: there is no records/{table['record']}")
    return {"run": "", "second_opinion": False, "posttls_finger_differs": "",
            **table}


def from_table(file: str, name: str, table: dict) -> Case:
    """A case as a data file has it."""
    table = _usual(table) if "tlsa" in table else dict(table)
    where = f"{file}: {name}"
    table["server"] = {
        server: _filled(ServerPlan, plan, f"{where}: server {server}")
        for server, plan in table.get("server", {}).items()}
    table["then"] = {
        server: _filled(ServerPlan, plan, f"{where}: then {server}")
        for server, plan in table.get("then", {}).items()}
    if "record" in table:
        table = _of_record(table, where)
    table["needs"] = _needs(_listed(table.get("needs", [])), where)
    table["answers"] = _answers(table.get("answers", {}), where)
    for who in table.get("validators", {}):
        if not VALIDATOR.fullmatch(who):
            raise Mistake(f"{where}: {who!r} is no validator")
    strangers = sorted(set(table["then"]) - set(table["server"]))
    if strangers:
        raise Mistake(f"{where}: then {strangers[0]}: there is no such server")
    if table.get("expect", {}).get("changes") and not table["then"]:
        raise Mistake(f"{where}: changes are expected, but of nothing (then)")
    table["expect"] = _expectation(table.get("expect", {}), where)
    table["certificate"] = {
        wanted: dict(plan) for wanted, plan
        in table.get("certificate", {}).items()}
    case = _filled(Case, table, where, name=name)
    case.certificate = {
        wanted: certificate(plan, wanted, where, case)
        for wanted, plan in case.certificate.items()}
    return case


def certificate(plan: dict, name: str, where: str,
                case: Case | None = None) -> Specification:
    """A certificate of the data files, with the names that a case gives it."""
    plan = dict(plan)
    if case:
        names = plan.get("names", [])
        plan["names"] = [n if "." in n else case.plain(n) for n in names]
        plan["cn"] = case.with_names(plan.get("cn", ""))
        plan["issuer"] = case.certificate_name(plan.get("issuer", "self"))
        plan.setdefault("key", "ec:leaf")
        name = case.certificate_name(name)
    for key in "days", "forge":
        if key in plan:
            plan[key] = tuple(plan[key])
    return _filled(Specification, plan, f"{where}: certificate {name}",
                   name=name)


def load_zones(file: pathlib.Path) -> dict[str, ZonePlan]:
    """The zones that cases share, by the names that they have for them."""
    tables = tomllib.loads(file.read_text())
    return {key: _filled(ZonePlan, {"name": f"{key}.{TOP}", **table},
                         f"{file.name}: {key}")
            for key, table in tables.items()}


def load_file(file: pathlib.Path) -> list[Case]:
    """The cases of a file, in the order in which they stand there."""
    try:
        tables = tomllib.loads(file.read_text())
    except tomllib.TOMLDecodeError as error:
        raise Mistake(f"{file.name}: {error}") from error
    return [from_table(file.name, name, table)
            for name, table in tables.items()]


def load(folder: pathlib.Path) -> list[Case]:
    """The cases of all files of a folder."""
    cases = [case for file in sorted(folder.glob("*.toml"))
             for case in load_file(file)]
    names = [case.name for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise Mistake(f"there are two cases {name}")
    return cases


def load_certificates(file: pathlib.Path) -> list[Specification]:
    """The certificates that all cases share."""
    return [certificate(plan, name, file.name) for name, plan
            in tomllib.loads(file.read_text()).items()]


ZONES = load_zones(pathlib.Path(__file__).parent / "zones.toml")
