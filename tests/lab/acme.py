"""Pebble, an authority that speaks ACME, and certbot, which asks it."""

import json
import os
import pathlib
import subprocess

from certificates import Authority, Specification
from daemons import Daemons, wait_for_port

ADDRESS, PORT = "127.0.0.1", 14000

# It is not tried here how Pebble looks at who asks.
ENVIRONMENT = {"PEBBLE_VA_ALWAYS_VALID": "1", "PEBBLE_VA_NOSLEEP": "1",
               "PEBBLE_WFE_NONCEREJECT": "0"}


def start_pebble(daemons: Daemons, authority: Authority,
                 folder: pathlib.Path) -> None:
    authority.add(Specification("pebble", cn="localhost",
                                names=["localhost"]))
    own = authority.get("pebble")
    configuration = folder / "pebble.json"
    configuration.write_text(json.dumps({"pebble": {
        "listenAddress": f"{ADDRESS}:{PORT}", "managementListenAddress": "",
        "certificate": str(own.file), "privateKey": str(own.key_file),
        "httpPort": 5002, "tlsPort": 5001, "ocspResponderURL": "",
        "externalAccountBindingRequired": False}}))
    log = folder / "pebble.log"
    process = daemons.start("pebble", "usr/bin/pebble", "-config",
                            configuration, log=log, env=ENVIRONMENT)
    wait_for_port(ADDRESS, PORT, process, log)


class Certbot:
    """certbot, with a folder for all that it keeps."""

    def __init__(self, daemons: Daemons, folder: pathlib.Path):
        self.daemons, self.folder = daemons, folder

    def live(self, lineage: str) -> pathlib.Path:
        return self.folder / "letsencrypt/live" / lineage

    @property
    def hooks(self) -> pathlib.Path:
        """Where those are that run for every renewed certificate."""
        return self.folder / "letsencrypt/renewal-hooks/deploy"

    def run(self, command: str, *options: str,
            **environment: str) -> tuple[int, str]:
        """Exit status and output."""
        root = self.daemons.folder / "certbot"
        known = self.daemons.environment("certbot") | {
            "PYTHONPATH": str(root / "usr/lib/python3/dist-packages"),
            "PYTHONWARNINGS": "ignore", "TMPDIR": str(self.folder)}
        done = subprocess.run(
            [self.daemons.program("certbot", "usr/bin/certbot"), command,
             *options, "--standalone", "--http-01-port", "5002",
             "--server", f"https://{ADDRESS}:{PORT}/dir", "--no-verify-ssl",
             "--non-interactive", "--agree-tos",
             "--register-unsafely-without-email",
             "--no-random-sleep-on-renew",
             "--config-dir", str(self.folder / "letsencrypt"),
             "--work-dir", str(self.folder / "work"),
             "--logs-dir", str(self.folder / "logs")],
            env=known | environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=180)
        return done.returncode, done.stdout
