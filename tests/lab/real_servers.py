"""Real mail servers, run from their unpacked packages.

Each program is started once and listens at the addresses of all servers of
the cases that want it, with a certificate chain of its own at each.
"""

import os
import pathlib

from daemons import Daemons, Missing, wait_for_port
from talk import Server
from system import ACCOUNTS

MAIN_CF = """
compatibility_level = 3.7
myhostname = postfix.example
mydestination =
inet_interfaces = all
inet_protocols = all
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_session_cache_database =
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = {root}/usr/lib/postfix/sbin
command_directory = {root}/usr/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {root}/etc/postfix
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
import_environment = MAIL_CONFIG LD_LIBRARY_PATH
mail_owner = postfix
setgid_group = postdrop
"""

MASTER_CF = """
tlsmgr   unix        -  -  n  1000?  1  tlsmgr
proxymap unix        -  -  n  -      -  proxymap
anvil    unix        -  -  n  -      1  anvil
postlog  unix-dgram  n  -  n  -      1  postlogd
"""

SMTPD = """
[{address}]:25  inet  n  -  n  -  -  smtpd
  -o smtpd_tls_chain_files={chains}
"""

CLIENT_CERTIFICATE = {
    "": "",
    "asked": "  -o smtpd_tls_ask_ccert=yes\n",
    # Postfix asks nobody for more than it asks for TLS.
    "demanded": "  -o smtpd_tls_req_ccert=yes\n"
                "  -o smtpd_tls_security_level=encrypt\n",
}

EXIM = """
primary_hostname = exim.example
exim_user = Debian-exim
spool_directory = {folder}/spool
log_file_path = {folder}/log-%s
pid_file_path = {folder}/pid
keep_environment = LD_LIBRARY_PATH
local_interfaces = <; {addresses}
daemon_smtp_ports = 25
tls_advertise_hosts = *
tls_verify_hosts = ${{if match_ip{{$received_ip_address}}{{<; {demanding}}}\
    {{*}}}}
tls_try_verify_hosts = ${{if match_ip{{$received_ip_address}}{{<; {asking}}}\
    {{*}}}}
tls_certificate = {folder}/${{sg{{$received_ip_address}}{{:}}{{-}}}}.pem
tls_privatekey = {folder}/${{sg{{$received_ip_address}}{{:}}{{-}}}}.key
acl_smtp_rcpt = deny_all
begin acl
deny_all:
  deny
"""


def why_not() -> str:
    """Why servers that change their user cannot run here; "" if they can."""
    mapped = pathlib.Path("/proc/self/uid_map").read_text().split()
    if int(mapped[2]) < 65536:
        return "they need users of their own, and this is not root"
    return ""


def start_postfix(daemons: Daemons, folder: pathlib.Path,
                  servers: list[Server]) -> None:
    root = daemons.folder / "postfix"
    for name in "", "spool/pid", "spool/public", "spool/private", "data":
        (folder / name).mkdir(parents=True, exist_ok=True)
        os.chmod(folder / name, 0o755)
    for name in "spool/public", "spool/private", "data":
        os.chown(folder / name, *_account("postfix"))
    (folder / "main.cf").write_text(MAIN_CF.format(folder=folder, root=root))
    text = MASTER_CF
    for number, server in enumerate(servers):
        files = []
        for kind, (chain, key) in enumerate(server.chains):
            file = folder / f"{number}-{kind}.pem"
            file.write_text(pathlib.Path(key).read_text()
                            + pathlib.Path(chain).read_text())
            files.append(str(file))
        for address in server.addresses:
            text += SMTPD.format(address=address, chains=",".join(files))
            text += CLIENT_CERTIFICATE[server.certificate]
            if server.groups:
                text += f"  -o tls_eecdh_auto_curves={server.groups}\n"
    (folder / "master.cf").write_text(text)
    log = folder / "output"
    process = daemons.start("postfix", "usr/lib/postfix/sbin/master",
                            "-c", folder, log=log)
    wait_for_port(servers[0].addresses[0], 25, process, log)


def start_exim(daemons: Daemons, folder: pathlib.Path,
               servers: list[Server]) -> None:
    for name in "", "spool":
        (folder / name).mkdir(parents=True, exist_ok=True)
        os.chmod(folder / name, 0o755)
        os.chown(folder / name, *_account("Debian-exim"))
    addresses = []
    wanted: dict[str, list[str]] = {"": [], "asked": [], "demanded": []}
    for server in servers:
        (chain, key), = server.chains
        for address in server.addresses:
            addresses.append(address)
            wanted[server.certificate].append(address)
            for source, suffix in (chain, ".pem"), (key, ".key"):
                copy = folder / (address.replace(":", "-") + suffix)
                copy.write_text(pathlib.Path(source).read_text())
                os.chown(copy, *_account("Debian-exim"))
    configuration = folder / "exim.conf"
    configuration.write_text(EXIM.format(
        folder=folder, addresses=" ; ".join(addresses),
        asking=" ; ".join(wanted["asked"]),
        demanding=" ; ".join(wanted["demanded"])))
    log = folder / "output"
    process = daemons.start("exim", "usr/sbin/exim4", "-bdf", "-C",
                            configuration, log=log)
    wait_for_port(addresses[0], 25, process, log)


def _account(name: str) -> tuple[int, int]:
    return ACCOUNTS[name], ACCOUNTS[name]


REAL = {"postfix": start_postfix, "exim": start_exim}


def start(daemons: Daemons, folder: pathlib.Path,
          servers: list[Server]) -> dict[str, str]:
    """Starts what the servers want; says why not, where it cannot be."""
    missing = {}
    folder.chmod(0o755)     # their users go there
    for name, begin in REAL.items():
        wanted = [server for server in servers if server.does == name]
        if not wanted:
            continue
        try:
            missing[name] = why_not()
            if not missing[name]:
                begin(daemons, folder / name, wanted)
        except Missing as error:
            missing[name] = str(error)
    return {name: why for name, why in missing.items() if why}
