"""What daemons expect of a machine, shown to them in the lab alone."""

import pathlib

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
remote-control:
\tcontrol-enable: no
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
                  modules: str) -> None:
    """An unbound that resolves from the lab's root (folder/root.*)."""
    place = folder / f"unbound-{address}"
    place.mkdir(exist_ok=True)
    configuration = place / "unbound.conf"
    configuration.write_text(UNBOUND.format(
        folder=place, hints=folder / "root.hints", address=address,
        anchor=folder / "root.anchor", modules=modules))
    log = place / "output"
    process = daemons.start("unbound", "usr/sbin/unbound", "-d", "-p", "-c",
                            configuration, log=log)
    wait_for_port(address, 53, process, log)


def start_resolver(daemons: Daemons, folder: pathlib.Path) -> None:
    """A validating unbound as the system's resolver, AD bit trusted."""
    start_unbound(daemons, folder, "127.0.0.1", "validator iterator")
    resolv_conf = folder / "resolv.conf"
    # unbound throws late answers away and has them when it is asked again.
    resolv_conf.write_text("nameserver 127.0.0.1\n"
                           "options edns0 trust-ad timeout:3 attempts:5\n")
    replace_file("/etc/resolv.conf", str(resolv_conf))
