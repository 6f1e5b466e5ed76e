"""What has changed between two runs (--since), and whether it is told.

A line of -q is the measure of it, "DOMAIN WHAT PLACE BEFORE -> AFTER", with
single blanks. The changes in JSON are written down in the same way.
"""

import copy
import json
import pathlib
import re
import shlex
import subprocess
from collections.abc import Callable

import report_schema
import rules
from case import Case
from lab import Lab

PATIENCE = 300      # seconds, for thousands of domains

# --- what is told


def line(report: dict, change: dict) -> str:
    """A change of the JSON report as -q tells it."""
    what, host, address, before, after = (
        change[key] for key in ("what", "host", "address", "before", "after"))
    if what == "new":
        values = f"not in the earlier run; verdict {after}"
    elif before and after:
        values = f"{before} -> {after}"
    elif what in ("mx", "address"):
        values = "new" if after else "gone"
    else:
        values = f"new: {after}" if after else f"gone: {before}"
    place = [host or "", f"[{address}]" if host and address else ""]
    return " ".join(filter(None, [report["domain"], what, *place, values]))


def differences(what: str, told: list[str], expected: list[str]) -> list[str]:
    """Each line that is missing, too much, or there twice."""
    found = []
    for each in sorted({*told, *expected}):
        times = told.count(each), expected.count(each)
        if times[0] != times[1]:
            found.append(f"{what} tells {times[0]} times, expected {times[1]}: "
                         f"{each}")
    return found


def of_findings(report: dict) -> list[str]:
    """Whether each change is a finding as well, at the same place."""
    found = [(finding["code"].removeprefix("changed-"), finding["host"],
              finding["address"]) for finding in report["findings"]
             if finding["code"].startswith("changed-")]
    changes = [(change["what"], change["host"], change["address"])
               for change in report["changes"]]
    if sorted(map(str, found)) == sorted(map(str, changes)):
        return []
    return [f"the findings are of {found}, the changes {changes}"]


def complaints(words: list[str], since: pathlib.Path,
               expected: list[str]) -> list[str]:
    """What is wrong with what mxdane says has changed since that file."""
    words = [*words, "--since", str(since)]
    text, data = (subprocess.run([*words, *more], text=True,
                                 capture_output=True, timeout=PATIENCE)
                  for more in (["-q", "--format", "text"],
                               ["--format", "json"]))
    lines = [" ".join(each.split()) for each in text.stdout.splitlines()]
    found = differences("-q", lines, expected)
    reports = [json.loads(each) for each in data.stdout.splitlines()]
    found += differences("JSON", [line(report, change) for report in reports
                                  for change in report["changes"]], expected)
    changed = [report for report in reports if report["changes"]]
    found += [complaint for report in reports
              for complaint in of_findings(report)]
    # It takes long, and a report without changes is as any other.
    found += [complaint for report in changed or reports[:1]
              for complaint in report_schema.complaints(report)]
    status = rules.exit_status(changed) if changed else 0
    found += [f"exit status {done.returncode}, expected {status}: "
              f"{done.stderr}" for done in (text, data)
              if done.returncode != status]
    if found:
        found.append("by " + shlex.join(words))
    return found


# --- servers that change between two audits (`then` of a case)


def expected(lab: Lab, case: Case) -> list[str]:
    """The lines of a case, with what stands in brackets in full."""
    def value(found: re.Match) -> str:
        name, _, family = found[1].partition("/")
        if family:
            return lab.address(case, name, int(family))
        return lab.tlsa(case, f"3 1 1 {{{name}}}")[3]
    return [case.plain("@") + " " + re.sub(r"\{([^}]+)\}", value,
                                           case.with_names(each))
            for each in case.expect.changes]


def after(lab: Lab, case: Case, words: list[str],
          earlier: pathlib.Path) -> list[str]:
    """Has the case's servers change, and audits it once more."""
    if not case.then:
        return []
    lab.change(case)
    return complaints(words, earlier, expected(lab, case))


# --- changes that are planted in an earlier report in JSON
#
# Each changes the report to what might have been before, and returns what of
# it is to be told: WHAT, host, address, before, after.


def _told(what: str, host: dict | None = None, endpoint: dict | None = None,
          before: str | None = None, after: str | None = None) -> dict:
    return {"what": what, "host": host and host["name"],
            "address": endpoint and endpoint["address"],
            "before": before, "after": after}


def _reached(report: dict) -> tuple[dict, dict, dict]:
    """A host, an address of it and a handshake there."""
    return next((host, endpoint, endpoint["handshakes"][0])
                for host in report["hosts"] for endpoint in host["endpoints"]
                if endpoint["handshakes"])


def plant_verdict(report: dict) -> list[dict]:
    after, before = report["verdict"], "unknown"
    report["verdict"] = before
    return [_told("verdict", before=before, after=after)]


def plant_mx(report: dict) -> list[dict]:
    gone = copy.deepcopy(report["hosts"][0])
    gone["name"] = "old." + gone["name"]
    report["hosts"].append(gone)
    return [_told("mx", gone, before=gone["name"])]


def plant_address(report: dict) -> list[dict]:
    host = _reached(report)[0]
    new, gone = host["addresses"]["list"][0], "192.0.2.99"
    host["addresses"]["list"][0] = gone
    return [_told("address", host, {"address": new}, after=new),
            _told("address", host, {"address": gone}, before=gone)]


def plant_tlsa(report: dict) -> list[dict]:
    host = _reached(report)[0]
    record = host["tlsa"]["records"][0]
    text = "{usage} {selector} {matching_type} {data}"
    after = text.format_map(record)
    record["data"] = "5e" * (len(record["data"]) // 2)
    return [_told("tlsa", host, after=after),
            _told("tlsa", host, before=text.format_map(record))]


def plant_key(report: dict) -> list[dict]:
    host, endpoint, shake = _reached(report)
    leaf, before = shake["chain"][0], "5e" * 32
    after, leaf["spki_sha256"] = leaf["spki_sha256"], before
    return [_told("key", host, endpoint, before, after)]


def plant_issuer(report: dict) -> list[dict]:
    host, endpoint, shake = _reached(report)
    leaf, before = shake["chain"][0], "CN=Another CA"
    after, leaf["issuer"] = leaf["issuer"], before
    return [_told("issuer", host, endpoint, before, after)]


def plant_key_type(report: dict) -> list[dict]:
    host, endpoint, shake = _reached(report)
    endpoint["handshakes"].append(shake | {"key_type": "DSA"})
    return [_told("key-type", host, endpoint, before="DSA")]


def plant_tls(report: dict) -> list[dict]:
    host, endpoint, shake = _reached(report)
    after, shake["protocol"] = shake["protocol"], "TLSv1.1"
    return [_told("tls", host, endpoint, "TLSv1.1", after)]


def plant_dnssec(report: dict) -> list[dict]:
    after, before = report["mx"]["dnssec"], "insecure"
    report["mx"]["dnssec"] = before
    return [_told("dnssec", before=f"MX {before}", after=f"MX {after}")]


def plant_signer(report: dict) -> list[dict]:
    signer = report["mx"]["signed_by"][0]
    text = "{zone} algorithm {algorithm} key {key_tag}"
    after = text.format_map(signer)
    signer["key_tag"] ^= 1
    return [_told("dnssec", before=text.format_map(signer), after=after)]


def plant_new(report: dict) -> list[dict]:
    """The earlier run had another domain in its place."""
    after = report["verdict"]
    report["domain"] = "x" + report["domain"]
    return [_told("new", after=after)]


PLANTS: dict[str, Callable[[dict], list[dict]]] = {
    "a domain that was not there": plant_new,
    "a verdict": plant_verdict,
    "an MX host that is gone": plant_mx,
    "an address": plant_address,
    "a TLSA record": plant_tlsa,
    "a key": plant_key,
    "an issuer": plant_issuer,
    "a key type that is gone": plant_key_type,
    "a TLS version": plant_tls,
    "a DNSSEC status": plant_dnssec,
    "a key that signs": plant_signer,
}


def planted(report: dict, plant: Callable) -> tuple[dict, list[str]]:
    """The report as it might have been before, and the lines to be told."""
    earlier = copy.deepcopy(report)
    return earlier, [line(report, change) for change in plant(earlier)]


def try_plant(words: list[str], folder: pathlib.Path,
              plant: Callable) -> list[str]:
    """Audits twice; in the first report a change is planted."""
    done = subprocess.run([*words, "--format", "json"], text=True,
                          capture_output=True, timeout=PATIENCE)
    earlier, lines = planted(json.loads(done.stdout), plant)
    file = folder / f"{plant.__name__}.json"
    file.write_text(json.dumps(earlier) + "\n")
    return complaints(words, file, lines)
