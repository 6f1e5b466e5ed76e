"""Holds a report against what a case expects of it."""

import ipaddress
import json
import re

import report_schema
import rules
import runners
import servers
import shape
from case import ZONES, Case, EndpointExpectation, HostExpectation
from lab import Lab

# Codes that explain a fault. Other issues than the faults themselves: a case
# that names one of them looks at them, and must name them all.
EXPLANATIONS = {
    "usage-2-names-leaf", "usage-3-names-issuer", "selector-swapped",
    "matching-type-swapped", "digest-of-pem", "digest-of-nothing",
    "data-not-hex-decoded", "nearly-matches", "issuer-not-sent",
    "issuer-retired", "matches-elsewhere",
}
# Those that foresee one, or would have one told: looked at where a case names
# them.
FORESEEN = {
    "tlsrpt-none",
    "no-rollover-record", "rotation-uncovered", "tlsa-ttl-long",
    "signature-expiring", "certificate-expiring", "tlsrpt-none",
}


class Comparison:
    """One report of one case; `complaints` is what was not as expected."""

    def __init__(self, lab: Lab, case: Case, report: dict):
        self.lab, self.case, self.report = lab, case, report
        self.complaints: list[str] = []

    def same(self, what: str, found, expected) -> None:
        if found != expected:
            self.complaints.append(
                f"{what} is {found!r}, expected {expected!r}")

    def run(self) -> list[str]:
        self.complaints += shape.complaints(self.report)
        if self.complaints:
            return self.complaints
        self.complaints += rules.complaints(self.report)
        expect = self.case.expect
        self.same("verdict", self.report["verdict"], expect.verdict)
        self.same("domain", self.report["domain"],
                  self.case.plain(expect.domain or "@"))
        for key in "null_mx", "implicit":
            self.same(key, bool(self.report["mx"][key]), getattr(expect, key))
        self.same("mx.dnssec", self.report["mx"]["dnssec"],
                  None if expect.mx == "not asked" else expect.mx)
        if not self.case.record:
            self.same("tool.dnssec", self.report["tool"]["dnssec"],
                      self.way_to_answers())
        if not expect.brief:
            self.hosts()
        self.zones()
        self.name_servers()
        if expect.tlsrpt is not None:
            self.same("tlsrpt", self.report.get("tlsrpt", "not there"),
                      {"rua": expect.tlsrpt})
        self.findings()
        return self.complaints

    def way_to_answers(self) -> str:
        words = self.case.command()
        resolvers = [after for word, after in zip(words, words[1:])
                     if word == "--resolver"]
        return "forwarder " + ", ".join(resolvers) if resolvers else "root"

    def hosts(self) -> None:
        expected = self.case.expect.host
        found = {host["name"]: host for host in self.report["hosts"]}
        self.same("hosts", [h["name"] for h in self.report["hosts"]],
                  [self.case.plain(name) for name in expected])
        for name, host in expected.items():
            if self.case.plain(name) in found:
                self.host(name, host, found[self.case.plain(name)])
        self.endpoints()

    def host(self, name: str, expected: HostExpectation, found: dict) -> None:
        case, tlsa = self.case, found["tlsa"]
        absent = expected.verdict == "absent"
        self.same(f"{name}: verdict", found["verdict"],
                  None if absent else expected.verdict)
        if expected.preference is not None:
            self.same(f"{name}: preference", found["preference"],
                      expected.preference)
        not_asked = expected.addresses == "not asked"
        self.same(f"{name}: addresses.dnssec", found["addresses"]["dnssec"],
                  None if not_asked else expected.addresses)
        self.same(f"{name}: addresses.cname", found["addresses"]["cname"],
                  expected.cname and case.plain(expected.cname))
        if expected.tlsa == "not asked":
            self.same(f"{name}: tlsa.dnssec", tlsa["dnssec"], None)
        else:
            base = case.plain(expected.base or name)
            self.same(f"{name}: tlsa.dnssec", tlsa["dnssec"], expected.tlsa)
            self.same(f"{name}: tlsa.base_domain", tlsa["base_domain"], base)
            if expected.owner:
                self.same(f"{name}: tlsa.owner", tlsa["owner"],
                          case.plain(expected.owner))
        if expected.names is not None:
            self.same(f"{name}: reference names", tlsa["reference_names"],
                      [case.plain(each) for each in expected.names])
        if expected.records is not None:
            self.same(f"{name}: records", sorted(self.records(found)),
                      sorted(self.lab.tlsa(case, text)
                             for text in expected.records))

    @staticmethod
    def records(host: dict) -> list[tuple]:
        return [(r["usage"], r["selector"], r["matching_type"], r["data"])
                for r in host["tlsa"]["records"]]

    def expected_endpoints(self) -> dict[str, EndpointExpectation]:
        """By address. "mx" is all published ones of mx, "mx/6" only that.

        A record has its own, and they are written out.
        """
        if self.case.record:
            return self.case.expect.endpoint
        found = {}
        for name, expected in self.case.expect.endpoint.items():
            server, _, family = name.partition("/")
            if family:
                addresses = {self.lab.address(self.case, server, int(family))}
            else:
                addresses = self.lab.published[self.case.name, server]
            found.update(dict.fromkeys(addresses, expected))
        return found

    def endpoints(self) -> None:
        expected = self.expected_endpoints()
        seen = set()
        for host in self.report["hosts"]:
            for endpoint in host["endpoints"]:
                address = str(ipaddress.ip_address(endpoint["address"]))
                seen.add(address)
                if address in expected:
                    self.endpoint(host, endpoint, expected[address])
        self.same("connected addresses", sorted(seen), sorted(expected))

    def endpoint(self, host: dict, found: dict,
                 expected: EndpointExpectation) -> None:
        where = found["address"]
        self.same(f"{where}: verdict", found["verdict"], expected.verdict)
        if found["stage"] not in expected.stage.split("|"):
            self.same(f"{where}: stage", found["stage"], expected.stage)
        error = found["error"]
        if expected.error and not re.search(expected.error, error or ""):
            self.same(f"{where}: error", error, expected.error)
        if found["stage"] != "done" and not error:
            self.complaints.append(f"{where}: ends without an error")
        self.failures(where, found, expected)
        self.ends(f"{where}: retried",
                  [f"{end['stage']} {end['connections']}"
                   for end in found["retried"]], expected.retried)
        for shake in found["handshakes"]:
            if expected.protocol:
                self.same(f"{where}: protocol", shake["protocol"],
                          expected.protocol)
            if expected.group:
                self.same(f"{where}: group", shake["group"] or "none",
                          expected.group)
            if expected.tlsa:
                self.shake(f"{where}: {shake['key_type']}", host, shake,
                           expected.tlsa, expected)
        if expected.shakes is None:
            return
        self.same(f"{where}: key types",
                  sorted(map(shake_name, found["handshakes"])),
                  sorted(expected.shakes))
        for shake in found["handshakes"]:
            if shake_name(shake) in expected.shakes:
                self.shake(f"{where}: {shake_name(shake)}", host, shake,
                           expected.shakes[shake_name(shake)], expected)

    def failures(self, where: str, found: dict,
                 expected: EndpointExpectation) -> None:
        """How other connections ended: "connect|greeting 2 of 5"."""
        self.ends(f"{where}: failures",
                  [f"{end['stage']} {end['connections']} of "
                   f"{found['connections']}" for end in found["failures"]],
                  expected.failures)

    def ends(self, where: str, seen: list[str], wanted: list[str]) -> None:
        """The same, but for stages of which it may be one or the other."""
        seen, wanted = sorted(seen), sorted(wanted)
        if (len(seen) != len(wanted) or not all(
                one.split()[0] in other.split()[0].split("|")
                and one.split()[1:] == other.split()[1:]
                for one, other in zip(seen, wanted))):
            self.same(where, seen, wanted)

    def shake(self, where: str, host: dict, found: dict,
              expected: dict[str, str], of: EndpointExpectation) -> None:
        statuses = {record: status_text(match) for record, match
                    in zip(self.records(host), found["tlsa"])}
        wanted = {self.lab.tlsa(self.case, text): status
                  for text, status in expected.items()}
        self.same(f"{where}: records", _shown(statuses), _shown(wanted))
        verdict = _shake_verdict(expected.values())
        if found["key_type"] in of.outdated and verdict != "none":
            others = set(of.shakes or ()) - set(of.outdated)
            verdict = None if others else of.verdict
        self.same(f"{where}: verdict", found["verdict"], verdict)
        for match in found["tlsa"]:
            if match["status"] != "match" and not match["why"]:
                self.complaints.append(f"{where}: no reason why "
                                       f"[{match['record']}] does not match")

    def zones(self) -> None:
        """What the report says of the chains of trust."""
        if self.case.expect.zone and "zones" not in self.report:
            self.complaints.append("the report has no zones")
            return
        found = {zone["name"]: zone for zone in self.report.get("zones", [])}
        for key, expected in self.case.expect.zone.items():
            name = self.case.zone_name(key)
            if name not in found:
                self.complaints.append(f"there is no zone {name}, but "
                                       + ", ".join(found))
                continue
            for what, wanted in expected.items():
                self.zone_key(f"zone {name}: {what}", found[name][what],
                              what, wanted)

    def zone_key(self, where: str, value, key: str, wanted) -> None:
        if key == "why":
            if not re.search(wanted, value or ""):
                self.same(where, value, wanted)
        elif key in ("ds", "dnskeys"):
            self.same(where, len(value), wanted)
        else:
            self.same(where, value, wanted)

    def name_server_key(self, each: dict) -> str:
        """"behind divided", of a name server in the report and its zone."""
        names = {place.name.rstrip("."): key
                 for key, place in servers.SERVERS.items()}
        zones = {self.case.zone_name(key): key for key in ZONES}
        name, zone = each["name"].rstrip("."), each["zone"].rstrip(".")
        return f"{names.get(name, name)} {zones.get(zone, zone)}"

    def name_servers(self) -> None:
        """What the report says of each by itself."""
        wanted = self.case.expect.name_server
        if wanted and "servers" not in self.report:
            self.complaints.append("the report has no servers")
            return
        for key, expected in wanted.items():
            found = []
            for each in self.report["servers"]:
                own = self.name_server_key(each)
                where = f"{own} [{each['address']}]"
                if key in (own, where, f"{where} {each['transport']}"):
                    found.append(each)
            if not found:
                self.complaints.append(f"there is no name server {key}")
            for each in found:
                self.name_server(key, each, expected)

    def name_server(self, where: str, found: dict, expected: dict) -> None:
        answers = {f"{answer['type']} {answer['owner'].rstrip('.')}":
                   answer["result"] for answer in found["answers"]}
        for what, wanted in expected.items():
            if what == "not-asked":
                if not re.search(wanted, found["not_asked"] or ""):
                    self.same(f"{where}: {what}", found["not_asked"], wanted)
            elif what in ("delegated", "listed"):
                self.same(f"{where}: {what}", found[what], wanted)
            else:
                question = self.case.with_names(what)
                self.same(f"{where}: {question}",
                          answers.get(question, "not there"), wanted)

    def accused(self) -> None:
        """Whose name servers are said to be at fault."""
        found = [finding["server"] | {"zone": finding["zone"] or "?"}
                 for finding in self.report["findings"]
                 if finding["severity"] != "info" and finding["server"]]
        self.same("accused", sorted(set(map(self.name_server_key, found))),
                  sorted(self.case.expect.accused))

    def findings(self) -> None:
        if self.case.expect.accused is not None:
            self.accused()
        expect = self.case.expect
        found = [f"{f['severity']} {f['code']}"
                 for f in self.report["findings"]]
        named = {text.split()[-1] for text in expect.findings}
        passed_over = FORESEEN - named
        if not named & EXPLANATIONS:
            passed_over |= EXPLANATIONS
        found = {text for text in found if text.split()[1] not in passed_over}
        found -= set(expect.perhaps)
        self.same("findings", sorted(found), sorted(set(expect.findings)))
        for code, records in expect.advises.items():
            self.advice(code, records)
        codes = {f["code"] for f in self.report["findings"]}
        for code in codes & set(expect.no_findings):
            self.complaints.append(f"there is a finding {code}")
        said = json.dumps(self.report["findings"], ensure_ascii=False)
        for pattern in expect.says:
            if not re.search(pattern, said):
                self.complaints.append(f"no finding says {pattern!r}: {said}")

    def advice(self, code: str, records: list[str]) -> None:
        """Whether findings of the code say to publish these records."""
        advice = "\n".join(f["advice"] or "" for f in self.report["findings"]
                           if f["code"] == code)
        owner = re.escape(self.case.plain("_25._tcp.mx"))
        lines = re.findall(
            rf"^publish  {owner}\. IN TLSA (\d) (\d) (\d) ([0-9a-f]+)$",
            advice, re.MULTILINE)
        found = {(int(u), int(s), int(m), data) for u, s, m, data in lines}
        wanted = {self.lab.tlsa(self.case, text) for text in records}
        if found != wanted:
            self.complaints.append(f"{code} does not advise {records} but "
                                   f"{advice!r}")


# What must not reach a terminal or a parser: control characters, characters
# that turn the direction of text, are invisible or are none.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e"
                    "\u2060-\u206f\ufeff\ufff9-\uffff]")


def unsafe(octets: bytes, own: tuple[str, ...] = ()) -> list[str]:
    """What in OCTETS is not text that can be shown anywhere.

    Lines that begin with one of OWN are commands that mxdane means.
    """
    try:
        text = octets.decode()
    except UnicodeDecodeError as error:
        return [f"no UTF-8: {error}"]
    return [f"{found[0]!r} after {text[:found.start()][-40:]!r}"
            for found in UNSAFE.finditer(text)] + list(
                runners.obeyed(text, own))


def shake_name(shake: dict) -> str:
    """What cases call a handshake: "ECDSA", or "ECDSA 2 of 5" connections."""
    if (shake["asked_in"] or 1) == 1:
        return shake["key_type"]
    return f"{shake['key_type']} {shake['shown_in']} of {shake['asked_in']}"


def status_text(match: dict) -> str:
    """A record's status as cases write it: "match 0", "ignored match 1"."""
    words = [match["status"]]
    if match["status"] == "ignored" and match["would_match"]:
        words.append("match")
    if match["depth"] is not None and (match["would_match"]
                                       or match["status"] == "match"):
        words.append(str(match["depth"]))
    return " ".join(words)


def _shake_verdict(statuses) -> str:
    """RFC 7672 2.2 and 3: one match is enough; without usable ones none."""
    statuses = [status.split()[0] for status in statuses]
    if "match" in statuses:
        return "pass"
    return "none" if set(statuses) <= {"unusable"} else "fail"


def _shown(statuses: dict) -> dict[str, str]:
    return {f"{u} {s} {m} {data[:16]}": status for (u, s, m, data), status
            in sorted(statuses.items())}


def check(lab: Lab, case: Case, status: int, output: str, errors: str,
          seconds: float) -> list[str]:
    """All complaints about one run of mxdane."""
    expect = case.expect
    found = []
    if seconds > expect.within:
        found.append(f"took {seconds:.1f} s, allowed {expect.within} s")
    if not re.fullmatch(r"[ -~\n]*", output):
        found.append("standard output is not plain printable ASCII")
    for line in map(case.with_names, expect.traces):
        times = errors.splitlines().count("* " + line)
        if times != 1:
            found.append(f"the trace has {times} lines {line!r}: {errors}")
    if expect.stderr is None and not expect.traces and errors:
        found.append(f"standard error says {errors!r}")
    if expect.stderr is not None and not re.search(expect.stderr, errors):
        found.append(f"standard error says {errors!r}, "
                     f"expected {expect.stderr!r}")
    try:
        reports = [json.loads(line) for line in output.splitlines()]
    except json.JSONDecodeError as error:
        return found + [f"standard output is no JSON ({error}): {output!r}"]
    if expect.exit is not None and status != expect.exit:
        found.append(f"exit status {status}, expected {expect.exit}")
    if not reports and expect.exit is None:
        return found + [f"no report, exit status {status}"]
    return found + _of_reports(lab, case, status, reports)


def _of_reports(lab: Lab, case: Case, status: int,
                reports: list[dict]) -> list[str]:
    expect, found = case.expect, []
    if not reports:
        return found
    for report in reports:
        found += report_schema.complaints(report)
    if expect.verdicts:
        verdicts = [report.get("verdict") for report in reports]
        if verdicts != expect.verdicts:
            found.append(f"verdicts {verdicts}, expected {expect.verdicts}")
        for report in reports:
            bad = shape.complaints(report)
            found += bad or rules.complaints(report)
    else:
        if len(reports) != 1:
            found.append(f"{len(reports)} reports")
        found += Comparison(lab, case, reports[0]).run()
    if not found and status != rules.exit_status(reports):
        found.append(f"exit status {status} with {reports[0]['verdict']}")
    return found
