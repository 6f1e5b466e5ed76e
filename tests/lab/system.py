"""What daemons expect of a machine, shown to them in the lab alone."""

import pathlib
import subprocess

from daemons import Daemons, wait_for_port
from namespace import replace_file

ACCOUNTS = {"postfix": 801, "Debian-exim": 802}
GROUPS = {"postfix": 801, "Debian-exim": 802, "postdrop": 803}

UNBOUND = """
server:
\tinterface: {address}
\taccess-control: 0.0.0.0/0 allow
\tusername: ""
\tchroot: ""
\tdirectory: "{folder}"
\tpidfile: ""
\tuse-syslog: no
\tlogfile: ""
\tmodule-config: "{modules}"
\troot-hints: "{hints}"
\ttrust-anchor-file: "{anchor}"
{more}
remote-control:
\tcontrol-enable: no
"""


# Dates are strict, as they are for mxdane and named; each question is asked,
# none answered by the proof for another; and nothing is known beforehand of
# names that the lab has.
UNBOUND_STRICT = """
\tval-sig-skew-min: 0
\tval-sig-skew-max: 0
\taggressive-nsec: no
\tval-clean-additional: no
\tlocal-zone: "test." nodefault
\tlocal-zone: "home.arpa." nodefault
"""


def add_accounts(folder: pathlib.Path) -> None:
    """Users and groups that the mail servers insist on."""
    for path, line, wanted in (
            ("/etc/passwd", "{0}:x:{1}:{1}::/nonexistent:/bin/false",
             ACCOUNTS),
            ("/etc/group", "{0}:x:{1}:", GROUPS)):
        lines = [each for each in pathlib.Path(path).read_text().splitlines()
                 if each.split(":")[0] not in wanted]
        lines += [line.format(name, number)
                  for name, number in wanted.items()]
        copy = folder / pathlib.Path(path).name
        copy.write_text("\n".join(lines) + "\n")
        replace_file(path, str(copy))


def start_unbound(daemons: Daemons, folder: pathlib.Path, address: str,
                  modules: str, more: str = "") -> subprocess.Popen:
    """An unbound that resolves from the lab's root (folder/root.*).

    MORE is what else is in its configuration's section "server".
    """
    place = folder / f"unbound-{address}"
    place.mkdir(exist_ok=True)
    configuration = place / "unbound.conf"
    configuration.write_text(UNBOUND.format(
        folder=place, hints=folder / "root.hints", address=address,
        anchor=folder / "root.anchor", modules=modules, more=more))
    log = place / "output"
    process = daemons.start("unbound", "usr/sbin/unbound", "-d", "-p", "-c",
                            configuration, log=log)
    wait_for_port(address, 53, process, log)
    return process


def start_resolver(daemons: Daemons, folder: pathlib.Path) -> None:
    """A validating unbound as the system's resolver, AD bit trusted."""
    start_unbound(daemons, folder, "127.0.0.1", "validator iterator",
                  UNBOUND_STRICT)
    resolv_conf = folder / "resolv.conf"
    # unbound throws late answers away and has them when it is asked again.
    resolv_conf.write_text("nameserver 127.0.0.1\n"
                           "options edns0 trust-ad timeout:3 attempts:5\n")
    replace_file("/etc/resolv.conf", str(resolv_conf))
