"""check_mxdane in the monitoring systems that it is for.

Icinga 2 checks its example, runs the plugin from it on a domain for each state,
and what it then has on record is held against what the plugin said. Each number
has to arrive at Graphite, with nothing in Icinga's log about what it cannot
read. Nagios checks its example.
"""

import json
import pathlib
import re
import shutil
import socketserver
import threading
import time

import entrance
from lab import Lab

EXAMPLES = entrance.HERE.parent.parent / "examples"

# Icinga's, by the names of its constants.
FOLDERS = "Data", "Log", "Cache", "Spool", "InitRun"

# Cases whose domains are watched, and the state that Icinga must come to.
WATCHED = {"usage-3-key": 0, "ds-ends-soon": 1, "keys-rsa-uncovered": 2,
           "mx-servfail": 3}
PATIENCE = 90      # seconds until each domain has been checked twice

# The plugin; what it says is kept, below its words. And after it a line for
# each run: when a second one has begun, Icinga has taken in the first.
WRAPPER = """#!/bin/sh
"{plugin}" "$@" >"{folder}/output.$$"
status=$?
cat "{folder}/output.$$"
echo "$*" | cat - "{folder}/output.$$" >"{folder}/new.$$"
mv "{folder}/new.$$" "{folder}/said.$$"
echo "$*" >>"{folder}/runs"
exit $status
"""

ICINGA = """
const PluginDir = "{folder}/plugins"
const NodeName = "lab"
object CheckerComponent "checker" {{ }}
object Endpoint NodeName {{ }}
object Zone "lab" {{ endpoints = [ NodeName ] }}
object CheckCommand "alive" {{ command = [ "/bin/true" ] }}
object FileLogger "log" {{
  severity = "information"
  path = "{folder}/log"
}}
object GraphiteWriter "graphite" {{
  host = "127.0.0.1"
  port = {graphite}
  enable_send_thresholds = true
}}
include "{folder}/mxdane.conf"
object Host "mail" {{
  check_command = "alive"
  vars.mail_domains = [ {domains} ]
  vars.mxdane_root_hints = "{hints}"
  vars.mxdane_trust_anchor = "{anchor}"
  vars.mxdane_allow_reserved = true
}}
"""

NAGIOS = """
log_file={folder}/log
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
status_file={folder}/status
state_retention_file={folder}/retention
command_file={folder}/command
lock_file={folder}/lock
temp_file={folder}/temporary
temp_path={folder}
check_result_path={folder}
resource_file={folder}/resource.cfg
nagios_user=root
nagios_group=root
cfg_file={example}
cfg_file={folder}/objects.cfg
"""

# What the example speaks of and leaves to the site.
NAGIOS_OBJECTS = """
define timeperiod {
    timeperiod_name 24x7
    alias all the time
    monday 00:00-24:00
}
define command {
    command_name alive
    command_line /bin/true
}
define contact {
    contact_name admin
    host_notification_period 24x7
    service_notification_period 24x7
    host_notification_options d
    service_notification_options c
    host_notification_commands alive
    service_notification_commands alive
}
define contactgroup {
    contactgroup_name admins
    alias admins
    members admin
}
define host {
    host_name mail
    address 192.0.2.1
    check_command alive
    max_check_attempts 1
    check_period 24x7
    contact_groups admins
}
"""


def plugin() -> pathlib.Path:
    """check_mxdane, which is built beside mxdane."""
    return pathlib.Path(entrance.mxdane()).parent / "check_mxdane"


def why_not(lab: Lab, package: str) -> str:
    """Why a system cannot be tried; "" if it can."""
    if not (lab.daemons.folder / package).is_dir():
        return f"{package} is not unpacked"
    return "" if plugin().exists() else f"there is no {plugin()}"


def has_domains(lab: Lab) -> bool:
    """Whether the lab has the domains that are watched."""
    return all(name in lab.cases for name in WATCHED)


class Graphite(socketserver.ThreadingTCPServer):
    """What takes numbers from Icinga: each is a line of its protocol."""

    daemon_threads = True

    def __init__(self):
        self.names: set[str] = set()
        super().__init__(("127.0.0.1", 0), GraphiteLines)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def has(self, domain: str, label: str) -> bool:
        """Whether a value with this label has come, of this domain."""
        wanted = (f".dane-{domain.replace('.', '_')}.", f".{label}.value")
        return any(wanted[0] in name and name.endswith(wanted[1])
                   for name in list(self.names))


class GraphiteLines(socketserver.StreamRequestHandler):
    """A connection to it."""

    def handle(self) -> None:
        for line in self.rfile:
            self.server.names.add(line.decode().split(" ")[0])


class Icinga:
    """Icinga 2 with the example, in a folder of its own."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.graphite = Graphite()
        self.folder = lab.work / "icinga"
        self.domains = {lab.cases[name].plain("@"): state
                        for name, state in WATCHED.items()}

    def write_configuration(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in "plugins", *FOLDERS:
            (self.folder / name).mkdir(parents=True)
        # As it stands but for the pace: nobody waits ten minutes here.
        example = (EXAMPLES / "icinga2/mxdane.conf").read_text()
        for pace in "check_interval = 10m", "retry_interval = 2m":
            assert pace in example
            example = example.replace(pace, pace.split("=")[0] + "= 1s")
        (self.folder / "mxdane.conf").write_text(example)
        wrapper = self.folder / "plugins/check_mxdane"
        wrapper.write_text(WRAPPER.format(plugin=plugin(),
                                          folder=self.folder))
        wrapper.chmod(0o755)
        (self.folder / "icinga2.conf").write_text(ICINGA.format(
            folder=self.folder, hints=self.lab.work / "root.hints",
            anchor=self.lab.work / "root.anchor",
            graphite=self.graphite.server_address[1],
            domains=", ".join(f'"{name}"' for name in self.domains)))

    def arguments(self) -> list[str]:
        root = self.lab.daemons.folder / "icinga"
        constants = {"IncludeConfDir": root / "usr/share/icinga2/include",
                     "ConfigDir": self.folder, "RunAsUser": "root",
                     "RunAsGroup": "root"}
        for name in FOLDERS:
            constants[name + "Dir"] = self.folder / name
        return ["-c", self.folder / "icinga2.conf",
                *(f"-D{name}={value}" for name, value in constants.items())]

    def path(self) -> str:
        root = self.lab.daemons.folder / "icinga"
        found = next(root.glob("usr/lib/*/icinga2/sbin/icinga2"))
        return str(found.relative_to(root))

    def validate(self) -> None:
        self.lab.daemons.run("icinga", self.path(), "daemon", "-C",
                             *self.arguments())

    def watch(self) -> None:
        """Runs it until each domain has been checked twice, and what it has
        of each is on its way: it may connect only after some time."""
        process = self.lab.daemons.start(
            "icinga", self.path(), "daemon", *self.arguments(),
            log=self.folder / "output")
        runs = self.folder / "runs"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and process.poll() is None:
            lines = runs.read_text() if runs.exists() else ""
            if all(lines.count(name) > 1 and self.graphite.has(name, "time")
                   for name in self.domains):
                break
            time.sleep(0.05)    # a poll for what it has done
        process.terminate()
        process.wait(timeout=20)

    def record(self) -> dict[str, dict]:
        """Icinga's own record: the last result of each service."""
        text = (self.folder / "Data/icinga2.state").read_bytes()
        found = {}
        while text:
            size, _, text = text.partition(b":")
            item, text = json.loads(text[:int(size)]), text[int(size) + 1:]
            if item["type"] == "Service":
                found[item["name"].partition("!dane-")[2]] = (
                    item["update"]["last_check_result"])
        return found

    def complaints(self) -> list[str]:
        """What it has in its log that is more than information, such as
        "warning/GraphiteWriter: Ignoring invalid perfdata"."""
        return [line for line in (self.folder / "log").read_text().splitlines()
                if re.search(r"\] (warning|critical)/", line)]

    def said(self, domain: str) -> str:
        """What the plugin said of it."""
        runs = (file.read_text().partition("\n")
                for file in self.folder.glob("said.*"))
        return next(said for words, _, said in runs if domain in words)


def try_icinga(lab: Lab) -> list[str]:
    """What is not as it should be."""
    icinga = Icinga(lab)
    icinga.write_configuration()
    icinga.validate()
    icinga.watch()
    record, found = icinga.record(), icinga.complaints()
    for domain, state in icinga.domains.items():
        result = record.get(domain)
        if result is None:
            found.append(f"{domain}: Icinga has no result; "
                         + (icinga.folder / "output").read_text()[-2000:])
            continue
        first, _, details = icinga.said(domain).partition("\n")
        text, _, performance = first.partition(" | ")
        if result["state"] != state:
            found.append(f"{domain}: state {result['state']}, not {state}")
        # Times differ from one run to the next; what is counted does not.
        if result["output"].partition("\n")[0].rstrip() != text:
            found.append(f"{domain}: output {result['output']!r}")
        labels = [item.partition("=")[0] for item in performance.split()]
        parsed = [str(item).partition("=")[0]
                  for item in result["performance_data"]]
        if parsed != labels or "time" not in labels or "=U" in performance:
            found.append(f"{domain}: performance data {parsed}")
        found += [f"{domain}: {label} did not arrive at Graphite"
                  for label in labels
                  if not icinga.graphite.has(domain, label)]
        if bool(state) != bool(details):
            found.append(f"{domain}: details {details!r}")
    return found


def try_nagios(lab: Lab) -> list[str]:
    """What Nagios has against its example."""
    folder = lab.work / "nagios"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "resource.cfg").write_text(f"$USER1$={plugin().parent}\n")
    (folder / "objects.cfg").write_text(NAGIOS_OBJECTS)
    (folder / "nagios.cfg").write_text(NAGIOS.format(
        folder=folder, example=EXAMPLES / "nagios/mxdane.cfg"))
    try:
        said = lab.daemons.run("nagios", "usr/sbin/nagios4", "-v",
                               folder / "nagios.cfg")
    except RuntimeError as error:
        return str(error).splitlines()
    return [] if "Total Errors:   0" in said else said.splitlines()
