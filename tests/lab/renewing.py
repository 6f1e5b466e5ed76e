"""A mail server's machine on which the hooks of examples/renewal run."""

import dataclasses
import os
import pathlib
import shutil
import subprocess

from case import Case
from clock import Clock
from lab import Lab

HOOKS = pathlib.Path(__file__).resolve().parents[2] / "examples/renewal"

# As acme.sh names what it has got, and what it tells its --reloadcmd of it.
ACME = {"CERT_PATH": "{domain}.cer", "CERT_KEY_PATH": "{domain}.key",
        "CA_CERT_PATH": "ca.cer", "CERT_FULLCHAIN_PATH": "fullchain.cer"}
ACME_SOURCES = {"CERT_PATH": "cert.pem", "CERT_KEY_PATH": "privkey.pem",
                "CA_CERT_PATH": "chain.pem",
                "CERT_FULLCHAIN_PATH": "fullchain.pem"}


@dataclasses.dataclass
class Run:
    """What became of a program."""

    status: int
    out: str        # of certbot and acme.sh, with what their hooks say
    errors: str = ""

    def says(self, text: str) -> list[str]:
        if text in self.out + self.errors:
            return []
        return [f"{text!r} was not said: {self.out}{self.errors}"]

    def silent(self) -> list[str]:
        """As cron has to find it: it mails whatever is said."""
        if (self.status, self.out, self.errors) == (0, "", ""):
            return []
        return [f"not silent: {self}"]

    def complains(self, *texts: str) -> list[str]:
        """In one line on standard error, and by the exit status."""
        found = [f"{text!r} is not complained of" for text in texts
                 if text not in self.errors]
        if self.status != 1 or self.out or self.errors.count("\n") != 1:
            found.append("that is no complaint")
        return found and [*found, str(self)]


class MailHost:
    """FOLDER of the hooks with what a server presents, and their settings."""

    def __init__(self, lab: Lab, folder: pathlib.Path, case: Case,
                 settings: dict[str, str]):
        self.case, self.programs = case, folder / "bin"
        self.folder = folder / case.name
        # Another test may have been there.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.tls = self.folder / "tls"
        self.tls.mkdir(parents=True)
        self.clock = Clock(lab.daemons)
        self.reloads = f"touch {self.folder}/reloaded"
        self.settings = {"HOSTS": case.plain("mx"), "FOLDER": str(self.tls),
                         "RELOAD": self.reloads, "PUBLISH": "", "DAYS": "10",
                         **settings}
        self.updates = self.folder / "updates"

    def has_nsupdate(self) -> "MailHost":
        """From now on; what it is told is kept in the file `updates`."""
        self.settings["PUBLISH"] = f"cat >>{self.updates}"
        return self

    def told_nsupdate(self) -> str:
        return self.updates.read_text() if self.updates.exists() else ""

    # --- what is in use

    def use(self, name: str, live: pathlib.Path) -> None:
        self.use_files(name, live / "fullchain.pem", live / "privkey.pem")

    def use_files(self, name: str, chain: pathlib.Path,
                  key: pathlib.Path) -> None:
        file = self.tls / f"{name}.pem"
        file.write_text(key.read_text() + chain.read_text())
        file.chmod(0o640)

    def chain(self, name: str) -> str:
        """The key and the chain that the server presents."""
        return (self.tls / f"{name}.pem").read_text()

    # --- programs

    def move(self, hours: float) -> None:
        """So much later it is from now on than it was at first."""
        self.clock.later = int(hours * 3600)

    def environment(self) -> dict[str, str]:
        """For who runs the hooks, whose clock is not moved."""
        lines = [f"{name}='{value}'" for name, value in self.settings.items()]
        lines += [f"export {name}='{value}'" for name, value
                  in self.clock.environment().items()]
        settings = self.folder / "settings"
        settings.write_text("\n".join(lines) + "\n")
        return {"MXDANE_RENEWAL": str(settings),
                "PATH": f"{self.programs}:{os.environ['PATH']}"}

    def _run(self, words: list, folder: pathlib.Path,
             environment: dict[str, str] = {}) -> Run:
        done = subprocess.run(
            words, cwd=folder, text=True, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=120,
            env=dict(os.environ) | self.environment() | environment)
        return Run(done.returncode, done.stdout, done.stderr)

    def cron(self, hours: float) -> Run:
        self.move(hours)
        return self._run([HOOKS / "switch"], pathlib.Path("/"))

    def acme(self, hours: float, name: str, live: pathlib.Path) -> Run:
        """What acme.sh does with a renewed certificate, and its --reloadcmd.

        NAME is that of its folder; those of the key types differ.
        """
        self.move(hours)
        home, domain = self.folder / "acme.sh" / name, self.case.plain("mx")
        home.mkdir(parents=True, exist_ok=True)
        told = {variable: str(home / file.format(domain=domain))
                for variable, file in ACME.items()}
        for variable, file in told.items():
            shutil.copy(live / ACME_SOURCES[variable], file)
        return self._run(["sh", "-c", f'eval "{HOOKS}/acme-reload"'], home,
                         told | {"Le_Domain": domain})

    # --- what has become of it

    def presents(self, name: str, live: pathlib.Path) -> list[str]:
        """Whether a new chain and its key are in use now."""
        found = []
        if self.chain(name) != ((live / "privkey.pem").read_text()
                                + (live / "fullchain.pem").read_text()):
            found.append("the mail server does not present the new chain")
        if not (self.folder / "reloaded").exists():
            found.append("the mail server was not told")
        if (self.tls / f"{name}.pem").stat().st_mode & 0o777 != 0o640:
            found.append("the file has another mode than before")
        return found + self.waiting([])

    def keeps(self, name: str, before: str) -> list[str]:
        """Whether one chain of several is still in use."""
        if self.chain(name) != before:
            return [f"the mail server presents another chain of {name}"]
        return []

    def kept(self, name: str, before: str) -> list[str]:
        """Whether nothing has changed."""
        found = self.keeps(name, before)
        if (self.folder / "reloaded").exists():
            found.append("the mail server was told")
        return found

    def waiting(self, names: list[str]) -> list[str]:
        """Whether those wait, and nobody else can read their keys."""
        files = sorted((self.tls / "next").glob("*.pem"))
        if [file.stem for file in files] != sorted(names):
            return [f"{[file.stem for file in files]} wait, not {names}"]
        return [f"others may read {file}" for file in files
                if file.stat().st_mode & 0o077]
