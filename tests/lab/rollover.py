"""Two renewals with new keys, half an hour at a time, and what senders with
old caches make of what the mail server presents."""

import pathlib

import servers
from acme import Certbot
from caches import Senders, presented
from certificates import Certificate
from lab import Lab
from renewing import HOOKS, MailHost
from zones import Record

HOUR, DAY = 3600, 24
STEP = 0.5              # hours
LINEAGES = {"ECDSA": "ecdsa", "RSA": "rsa"}


class Rollover:
    """A mail server with two keys, certbot, cron and the zone."""

    def __init__(self, lab: Lab, certbot: Certbot, host: MailHost):
        self.lab, self.certbot, self.host = lab, certbot, host
        self.owner = f"_25._tcp.{host.case.full('mx')}"
        self.senders = Senders(servers.CHILDREN, self.owner)
        self.hours = 0.0
        self.found: list[str] = []
        self.records: set[str] = set()

    def run(self) -> list[str]:
        self.certbot.hooks.mkdir(parents=True, exist_ok=True)
        (self.certbot.hooks / "mxdane").symlink_to(HOOKS / "certbot-deploy")
        for lineage in LINEAGES.values():
            self.host.use(lineage, self.certbot.live(lineage))
        self._serve_presented()
        self.records = self.senders.look(0)
        first = presented(self._address())
        # Certificates last ninety days from now on, whatever the clock says.
        for day in 30, 60:
            self._renew(day * DAY)
        last = presented(self._address())
        if set(first) != set(LINEAGES) or set(last) != set(LINEAGES):
            self.found.append(f"presented: {first}, {last}")
        if set(first.values()) & set(last.values()):
            self.found.append("a key has stayed")
        if self.records != set(last.values()):
            self.found.append(f"there are {self.records}, not {last}")
        return self.found

    def _renew(self, hours: float) -> None:
        """certbot renews all, cron does the rest: within 6 hours."""
        self.hours = hours - 6
        self._serve_zone()
        self._let_pass(hours)
        before = presented(self._address())
        status, said = self.certbot.run("renew", "--force-renewal",
                                        **self._environment())
        if status != 0 or "left alone" not in said:
            self.found.append(f"certbot: {said}")
        after = {key_type: self._key(lineage)
                 for key_type, lineage in LINEAGES.items()}
        self._look_around()
        # What would be noticed, were there nothing to wait for.
        for key_type, key in after.items():
            if not self.senders.refuse(self._now(), {key_type: key}):
                self.found.append(f"the new {key_type} key could have been "
                                  "presented at once")
        self._let_pass(hours + 6)
        if presented(self._address()) != after or before == after:
            self.found.append("six hours later the new keys are not in use")

    def _let_pass(self, until: float) -> None:
        while self.hours < until:
            self.hours += STEP
            self.senders.look(self._now())
            run = self.host.cron(self.hours)
            self.found += run.silent()
            self._look_around()

    def _look_around(self) -> None:
        """What the hooks have changed is there for all to see."""
        self._publish()
        self._serve_presented()
        self.senders.look(self._now())
        self.found += self.senders.refuse(self._now(),
                                          presented(self._address()))

    def _now(self) -> int:
        return int(self.hours * HOUR)

    def _environment(self) -> dict[str, str]:
        self.host.move(self.hours)
        return self.host.environment()

    def _key(self, lineage: str) -> str:
        """The record of the key that certbot has got."""
        pem = (self.certbot.live(lineage) / "cert.pem").read_text()
        digest = Certificate(pem, pathlib.Path(), pathlib.Path())
        return f"3 1 1 {digest.association(1, 1).hex()}"

    # --- the mail server

    def _address(self) -> str:
        return self.lab.address(self.host.case, "mx", 4)

    def _serve_presented(self) -> None:
        """Whatever is in the files: a server may read them before it is told
        to."""
        self.lab.servers[self.host.case.name, "mx"].change(
            [(str(file), str(file))
             for file in sorted(self.host.tls.glob("*.pem"))])

    # --- the name servers

    def _publish(self) -> None:
        """Does what the hooks have told nsupdate."""
        updates = self.host.updates
        if not updates.exists():
            return
        before = set(self.records)
        for line in updates.read_text().splitlines():
            match line.split():
                case ["update", "add", self.owner, "3600", "IN", "TLSA",
                      *data]:
                    self.records.add(" ".join(data))
                case ["update", "delete", self.owner, "IN", "TLSA", *data]:
                    self.records.discard(" ".join(data))
                case ["send"]:
                    pass
                case _:
                    self.found.append(f"nsupdate would not take {line!r}")
        updates.unlink()
        if self.records != before:
            self._serve_zone()

    def _serve_zone(self) -> None:
        """Signed as of now, but dated back by a day."""
        self.lab.later = self._now()

        def change(zones):
            zone = zones["signed"]
            zone.records = [each for each in zone.records
                            if (each.owner, each.type) != (self.owner, "TLSA")]
            zone.records += [Record(self.owner, "TLSA", each)
                             for each in sorted(self.records)]

        self.lab.serve_anew(change)
