"""What a case may name with --resolver: {resolver NAME}.

Scripted ones with a fault each are in forwarder.py; real ones, which have none,
here. All have addresses of their own.
"""

import pathlib

import forwarder
from daemons import Daemons, wait_for_port
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


REAL = {
    "unbound": _unbound,
    "named": _named,
    "dnsmasq": _dnsmasq,
    "dnsmasq-checking": _dnsmasq_checking,
    "unbound-dns64": _unbound_dns64,
}

ADDRESSES = {name: f"198.18.54.{number}"
             for number, name in enumerate(REAL, 1)} | forwarder.ADDRESSES


def address(name: str) -> str:
    return ADDRESSES[name]


def start(daemons: Daemons, folder: pathlib.Path, names: list[str],
          upstream: str) -> None:
    """Starts these. UPSTREAM believes everything, and passes it on."""
    for name in names:
        if name in REAL:
            REAL[name](daemons, folder, address(name), upstream)
    forwarder.start([name for name in names if name not in REAL], upstream)
