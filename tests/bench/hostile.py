"""Domains that are meant to cost a lot, and good ones: bounds measures them.

A domain is a signed zone of its own below "example.", with mail servers at
addresses of their own. Keys and certificates are kept in the folder for the
next run.
"""

import concurrent.futures
import dataclasses
import ipaddress
import itertools
import math
import pathlib
import secrets
import ssl
import subprocess
import time

import namespace
from certificates import Authority, Certificate, Specification
from daemons import Daemons
from mail import MailServers
from talk import Server
from zones import Signer, Zone, serve

ROOT, TLD, CHILDREN = "198.18.0.1", "198.18.0.2", "198.18.0.3"
FIRST = ipaddress.ip_address("198.18.1.1")      # of the mail servers
# Packets to these get lost: whoever is connected to there never answers.
DEAD = ipaddress.ip_network("198.19.0.0/20")

CHAIN = 100             # certificates that are looked at
RSA_BITS = 3072         # the most with which OpenSSL takes a long exponent
EXPONENT_BITS = 3071
KEPT_DAYS = 30          # certificates are valid for 90
# Selector and matching type: those that senders do not set aside for a stronger
# digest (RFC 7671 9).
FORMS = [(0, 2), (1, 2), (0, 0), (1, 0)]


# --- keys

def prime(bits: int) -> int:
    done = subprocess.run(["openssl", "prime", "-generate", "-bits",
                           str(bits), "-hex"], text=True, check=True,
                          capture_output=True)
    return int(done.stdout, 16)


def element(tag: int, contents: bytes) -> bytes:
    """A DER element (X.690 8.1)."""
    size = len(contents)
    if size < 0x80:
        return bytes([tag, size]) + contents
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + contents


def integer(value: int) -> bytes:
    return element(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def make_wide_key(file: pathlib.Path) -> None:
    """An RSA key with a public exponent nearly as long as its modulus: to
    verify with it costs as much as to sign without the primes."""
    if file.exists():
        return
    p, q = prime(RSA_BITS // 2), prime(RSA_BITS // 2)
    order = math.lcm(p - 1, q - 1)
    while True:
        e = secrets.randbits(EXPONENT_BITS) | 1 | 1 << (EXPONENT_BITS - 1)
        if math.gcd(e, order) == 1:
            break
    d = pow(e, -1, order)
    numbers = 0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)
    der = element(0x30, b"".join(map(integer, numbers)))    # RFC 8017 A.1.2
    pem = ssl.DER_cert_to_PEM_cert(der).replace(
        "CERTIFICATE", "RSA PRIVATE KEY")
    file.write_text(pem)


# --- what a domain is made of

@dataclasses.dataclass
class Host:
    servers: list[Server]
    tlsa: list[str]             # data of the records
    dead: int = 0               # addresses at which nobody answers


@dataclasses.dataclass
class Domain:
    name: str                   # without a dot at its end
    hosts: list[Host]

    def host_name(self, host: Host) -> str:
        return f"mx{self.hosts.index(host)}.{self.name}"


class World:
    """All domains, name servers and mail servers, in the lab's namespace."""

    def __init__(self, work: pathlib.Path, daemons: Daemons):
        self.work = work
        self.daemons = daemons
        self.authority = Authority(work / "certificates")
        self.addresses = (str(FIRST + i) for i in itertools.count())
        self.dead = map(str, DEAD.hosts())
        self.domains: list[Domain] = []
        self.chains = 0

    @property
    def options(self) -> list[str]:
        """The options that let mxdane find its way here."""
        return ["--root-hints", str(self.work / "root.hints"),
                "--trust-anchor", str(self.work / "root.anchor"),
                "--allow-reserved"]

    # --- certificates

    def certificate(self, name: str, key: str, issuer: str = "self",
                    **more) -> Certificate:
        """Made, or as the last run has left it."""
        wanted = Specification(name, key, issuer, **more)
        self.authority.add(wanted)
        file = self.authority.folder / f"{name}.pem"
        key_file = self.authority.folder / (
            wanted.key_name.replace(":", "-") + ".key")
        if file.exists() and key_file.exists() and (
                time.time() - file.stat().st_mtime < KEPT_DAYS * 86400):
            self.authority.made[name] = Certificate(file.read_text(), key_file,
                                                    file)
        return self.authority.get(name)

    def authorities(self, name: str, key: str,
                    days: tuple[int, int] = (-1, 90)) -> list[Certificate]:
        """All but the leaf of a chain, NAME-0 being its root. The issuer of
        each follows it; DAYS are those of the first, which signs the leaf."""
        made, issuer = [], "self"
        for i in range(CHAIN - 1):
            more = {"days": days} if i == CHAIN - 2 else {}
            made.append(self.certificate(f"{name}-{i}", f"{key}:{name}-{i}",
                                         issuer, ca=True, **more))
            issuer = f"{name}-{i}"
        return made[::-1]

    def wide_keys(self, names: list[str]) -> None:
        folder = self.authority.folder
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(make_wide_key,
                          [folder / f"wide-{name}.key" for name in names]))

    # --- servers

    def server(self, addresses: int, *chains: list[Certificate]) -> Server:
        """The same at several addresses, with a chain for each key type."""
        files = []
        for chain in chains:
            self.chains += 1
            file = self.authority.folder / f"{self.chains}.chain"
            file.write_text("".join(each.pem for each in chain))
            files.append((str(file), str(chain[0].key_file)))
        return Server(list(itertools.islice(self.addresses, addresses)),
                      chains=files)

    def add(self, name: str, hosts: list[Host]) -> Domain:
        domain = Domain(f"{name}.example", hosts)
        self.domains.append(domain)
        return domain

    def start(self) -> None:
        """Name servers. The mail servers are started by serve_mail()."""
        servers = [address for domain in self.domains for host in domain.hosts
                   for server in host.servers for address in server.addresses]
        namespace.add_addresses([ROOT, TLD, CHILDREN, *servers], [])
        subprocess.run(["ip", "route", "add", str(DEAD), "dev", "lo"],
                       check=True)
        self._start_name_servers(Signer(self.daemons, self.work / "zones"))

    def _start_name_servers(self, signer: Signer) -> None:
        root = Zone(".", "", ["a-root."])
        tld = Zone("example.", ".", ["tld."])
        root.add("a-root.", "A", ROOT)
        root.add("tld.", "A", TLD)
        tld.add("ns.example.", "A", CHILDREN)
        zones = [self._zone(domain) for domain in self.domains]
        for zone in root, tld, *zones:
            signer.make_keys(zone)
        for zone in zones:
            signer.delegate(tld, zone)
        signer.delegate(root, tld)
        for name, address, these in (
                ("root", ROOT, [root]), ("tld", TLD, [tld]),
                ("children", CHILDREN, zones)):
            serve(self.daemons, self.work / name, [address],
                  {zone.name: signer.write(zone) for zone in these})
        (self.work / "root.hints").write_text(
            f". NS a-root.\na-root. A {ROOT}\n")
        (self.work / "root.anchor").write_text(
            f". IN DS {root.made[0].ds(2)}\n")

    def _zone(self, domain: Domain) -> Zone:
        zone = Zone(f"{domain.name}.", "example.", ["ns.example."])
        for host in domain.hosts:
            name = domain.host_name(host) + "."
            zone.add(zone.name, "MX", f"10 {name}")
            addresses = [address for server in host.servers
                         for address in server.addresses]
            addresses += itertools.islice(self.dead, host.dead)
            for address in addresses:
                zone.add(name, "A", address)
            for record in host.tlsa:
                zone.add(f"_25._tcp.{name}", "TLSA", record)
        return zone

    def serve_mail(self) -> None:
        """Returns when all servers listen."""
        MailServers([server for domain in self.domains
                     for host in domain.hosts
                     for server in host.servers]).start()


# --- records

def record(made: Certificate, usage: int, form: tuple[int, int]) -> str:
    """The data of a TLSA record of a certificate."""
    return f"{usage} {form[0]} {form[1]} {made.association(*form).hex()}"


def stray(number: int) -> str:
    """A record of nothing, of another form than its neighbours."""
    return f"{2 + number % 2} {number // 2 % 2} 2 {secrets.token_hex(64)}"


# --- the domains

def wide(world: World) -> Domain:
    """One address; each link of the chain is costly, and each record needs
    all of them, for the issuers furthest from the leaf are pinned."""
    names = [f"wide-{i}" for i in range(CHAIN - 1)]
    world.wide_keys(names + ["leaf"])
    chain = world.authorities("wide", "wide")
    leaf = world.certificate("wide-leaf", "wide:leaf", names[-1],
                             names=["mx0.wide.example"])
    records = [record(made, 2, form)
               for made in chain[::-1][:8] for form in FORMS]
    return world.add("wide", [Host([world.server(1, [leaf, *chain])],
                                   records)])


def own_chain(world: World, hosts: int) -> Domain:
    """At each of 32 addresses another leaf below the same issuers, each of
    which is pinned four times. Whatever can be wrong with a chain is: its name,
    its purpose, a date that is over and one that is to come."""
    name = f"own{hosts}"
    made = []
    for number in range(hosts):
        chain = world.authorities(f"{name}-{number}", "ec",
                                  (KEPT_DAYS + 10, 90))
        servers = [world.server(1, [world.certificate(
            f"{name}-{number}-leaf{i}", f"ec:{name}-leaf{i}",
            f"{name}-{number}-{CHAIN - 2}", names=["wrong.example"],
            days=(-9, -2), purpose="clientAuth"), *chain])
                   for i in range(32)]
        made.append(Host(servers, [record(each, 2, form) for each in chain
                                   for form in FORMS]))
    return world.add(name, made)


def crowd(world: World, name: str, records: list[str]) -> Domain:
    """64 hosts with 32 addresses, and a chain for each of two key types, whose
    leaves are as bad as those above."""
    issuer = world.certificate("crowd-ca", "ec:crowd-ca", ca=True)
    chains = [[world.certificate(f"crowd-{key}", f"{key}:crowd", "crowd-ca",
                                 names=["wrong.example"], days=(-9, -2),
                                 purpose="clientAuth"), issuer]
              for key in ("ec", "rsa")]
    return world.add(name, [Host([world.server(32, *chains)], records)
                            for _ in range(64)])


def crowd_pinned(world: World) -> Domain:
    """Their issuer is pinned four times."""
    issuer = world.certificate("crowd-ca", "ec:crowd-ca", ca=True)
    return crowd(world, "crowd4", [record(issuer, 2, form) for form in FORMS])


def crowd_astray(world: World) -> Domain:
    """As many records as are looked at, and none of them matches."""
    return crowd(world, "crowd256", [stray(i) for i in range(256)])


def deaf(world: World) -> Domain:
    """640 addresses at which nobody ever answers."""
    return world.add("deaf", [Host([], [stray(1)], dead=32)
                              for _ in range(20)])


def good(world: World, count: int) -> list[Domain]:
    leaf = world.certificate("good", "ec:good")
    return [world.add(f"good{i}", [Host([world.server(1, [leaf])],
                                        [record(leaf, 3, (1, 1))])])
            for i in range(count)]
