"""What a case may name with --resolver: {resolver NAME}.

Scripted ones with a fault each are in forwarder.py; real ones, which have none,
here. All have addresses of their own.
"""

import pathlib
import subprocess

import forwarder
from daemons import Daemons, Missing, wait_for_port
from system import UNBOUND_STRICT, start_unbound

NAMED_CONF = """
options {{
\tdirectory "{folder}";
\tlisten-on {{ {address}; }};
\tlisten-on-v6 {{ none; }};
\tpid-file none;
\tsession-keyfile none;
\trecursion yes;
\tallow-query {{ any; }};
\tdnssec-validation yes;
}};
controls {{ }};
zone "." {{ type hint; file "{hints}"; }};
trust-anchors {{ . static-ds {anchor}; }};
"""


def _unbound(daemons: Daemons, folder: pathlib.Path, address: str,
             upstream: str) -> None:
    start_unbound(daemons, folder, address, "validator iterator",
                  UNBOUND_STRICT)


def _anchor(folder: pathlib.Path) -> list[str]:
    """Key tag, algorithm, digest type and digest of the root's."""
    return (folder / "root.anchor").read_text().split()[-4:]


def _started(daemons: Daemons, folder: pathlib.Path, address: str, package: str,
             *command) -> None:
    log = folder / f"{package}-{address}.log"
    process = daemons.start(package, *command, log=log)
    wait_for_port(address, 53, process, log)


def _named(daemons: Daemons, folder: pathlib.Path, address: str,
           upstream: str) -> None:
    place = (folder / f"named-{address}").absolute()
    place.mkdir(exist_ok=True)
    *numbers, digest = _anchor(folder)
    configuration = place / "named.conf"
    configuration.write_text(NAMED_CONF.format(
        folder=place, address=address,
        hints=(folder / "root.hints").absolute(),
        anchor=f'{" ".join(numbers)} "{digest}"'))
    _started(daemons, folder, address, "bind", "usr/sbin/named", "-g", "-n",
             "1", "-c", configuration)


def _dnsmasq(daemons: Daemons, folder: pathlib.Path, address: str,
             upstream: str, *more: str) -> None:
    _started(daemons, folder, address, "dnsmasq", "usr/sbin/dnsmasq",
             "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
             "--no-hosts", "--user=root", "--group=root", "--pid-file",
             "--bind-interfaces", "--except-interface=lo",
             f"--listen-address={address}", f"--server={upstream}", *more)


def _dnsmasq_checking(daemons: Daemons, folder: pathlib.Path, address: str,
                      upstream: str) -> None:
    _dnsmasq(daemons, folder, address, upstream, "--dnssec",
             "--trust-anchor=.," + ",".join(_anchor(folder)))


def _unbound_dns64(daemons: Daemons, folder: pathlib.Path, address: str,
                   upstream: str) -> None:
    start_unbound(daemons, folder, address, "dns64 iterator",
                  "\tdns64-prefix: 64:ff9b::/96")


def _apart(daemons: Daemons, folder: pathlib.Path, address: str, package: str,
           path: str, mounts: str, *words) -> None:
    """Starts a program in a mount namespace of its own."""
    program = pathlib.Path(daemons.program(package, path)).absolute()
    log = folder / f"{package}-{address}.log"
    with open(log, "ab") as output:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", f'set -e; {mounts}; exec "$@"',
             "sh", str(program), *map(str, words)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env=daemons.environment(package))
    daemons.running.append(process)
    wait_for_port(address, 53, process, log)


KRESD_CONF = """
net.listen('{address}', 53)
modules = {{ 'hints' }}
hints.root_file('{hints}')
trust_anchors.remove('.')
trust_anchors.add([[{anchor}]])
cache.open(10 * MB, 'lmdb://{place}/cache')
"""


def _kresd(daemons: Daemons, folder: pathlib.Path, address: str,
           upstream: str) -> None:
    """It has the paths of its modules, and of root keys, built in."""
    root = (daemons.folder / "knot-resolver").absolute()
    place = (folder / f"kresd-{address}").absolute()
    place.mkdir(exist_ok=True)
    (place / "kresd.conf").write_text(KRESD_CONF.format(
        address=address, place=place,
        hints=(folder / "root.hints").absolute(),
        anchor=(folder / "root.anchor").read_text().strip()))
    over = [each.relative_to(root) for each in
            [*root.glob("usr/lib/*-linux-gnu*"), root / "usr/share"]]
    mounts = "; ".join(f"mount -t overlay overlay -o lowerdir={root}/{each}:"
                       f"/{each} /{each}" for each in over)
    _apart(daemons, folder, address, "knot-resolver", "usr/sbin/kresd",
           mounts, "-n", "-c", place / "kresd.conf", place)


RESOLVED_CONF = """
[Resolve]
DNS={upstream}
Domains=~.
DNSSEC=no
DNSStubListenerExtra={address}
LLMNR=no
MulticastDNS=no
"""


def _resolved(daemons: Daemons, folder: pathlib.Path, address: str,
              upstream: str) -> None:
    """It insists on a user of its own, and on a network with a route."""
    place = (folder / f"resolved-{address}").absolute()
    place.mkdir(exist_ok=True)
    (place / "resolved.conf").write_text(RESOLVED_CONF.format(
        address=address, upstream=upstream))
    subprocess.run(["ip", "-batch", "-"], text=True, check=True, input=(
        "link add lab0 type veth peer name lab1\n"
        "address add 198.18.55.1/32 dev lab0\n"
        "link set lab0 up\nlink set lab1 up\n"))
    _apart(
        daemons, folder, address, "systemd-resolved",
        "lib/systemd/systemd-resolved",
        "mount -t tmpfs tmpfs /run; "
        "mkdir -p /run/systemd/resolve /run/systemd/resolved.conf.d; "
        f"cp {place}/resolved.conf /run/systemd/resolved.conf.d/; "
        "{ grep -v ^systemd-resolve: /etc/passwd; "
        "echo systemd-resolve:x:0:0::/:/bin/false; } >/run/passwd; "
        "mount --bind /run/passwd /etc/passwd")


REAL = {
    "unbound": _unbound,
    "named": _named,
    "dnsmasq": _dnsmasq,
    "dnsmasq-checking": _dnsmasq_checking,
    "unbound-dns64": _unbound_dns64,
    "kresd": _kresd,
    "resolved": _resolved,
}

ADDRESSES = {name: f"198.18.54.{number}"
             for number, name in enumerate(REAL, 1)} | forwarder.ADDRESSES


def address(name: str) -> str:
    return ADDRESSES[name]


def start(daemons: Daemons, folder: pathlib.Path, names: list[str],
          upstream: str) -> dict[str, str]:
    """Starts these; says why not, where one cannot be started here.

    UPSTREAM believes everything, and passes it on.
    """
    missing = {}
    for name in names:
        try:
            if name in REAL:
                REAL[name](daemons, folder, address(name), upstream)
        except (Missing, RuntimeError) as error:
            missing[name] = " ".join(str(error).split())
    forwarder.start([name for name in names if name not in REAL], upstream)
    return missing
