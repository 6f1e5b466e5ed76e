"""What holds in every report, whatever the case: the rules of the contract."""

import ipaddress
import re

EXIT = {"pass": 0, "fail": 1, "none": 2, "partial": 2, "unknown": 3}
# What senders would report (RFC 8460 4.3); null for all other codes.
TLSRPT = {
    "starttls-not-offered": "starttls-not-supported",
    "starttls-refused": "starttls-not-supported",
    "name-mismatch": "certificate-host-mismatch",
    "certificate-expired": "certificate-expired",
    "certificate-not-yet-valid": "certificate-expired",
    "no-record-matches": "validation-failure",
    "key-type-uncovered": "validation-failure",
    "tls-handshake-failed": "validation-failure",
    "client-certificate-required": "validation-failure",
    "tls-outdated": "validation-failure",
    "tls-long-hello-fails": "validation-failure",
    "chain-invalid": "validation-failure",
    "chain-deep": "validation-failure",
    "tlsa-record-unusable": "tlsa-invalid",
    "tlsa-all-unusable": "tlsa-invalid",
    # To all of these a sender's resolver says SERVFAIL.
    "mx-lookup-failed": "dnssec-invalid",
    "address-lookup-failed": "dnssec-invalid",
    "tlsa-lookup-failed": "dnssec-invalid",
    "mx-bogus": "dnssec-invalid",
    "address-bogus": "dnssec-invalid",
    "tlsa-bogus": "dnssec-invalid",
}
WORST_FIRST = (1, 3, 2, 0)


def sum_up(verdicts: list) -> str | None:
    """The verdict of the whole from its parts'; null takes no part."""
    parts = {verdict for verdict in verdicts if verdict is not None}
    for worst in "fail", "unknown":
        if worst in parts:
            return worst
    if parts == {"pass"}:
        return "pass"
    if not parts:
        return None
    return "partial" if parts & {"pass", "partial"} else "none"


def exit_status(reports: list[dict]) -> int:
    """The exit status that the reports together must have."""
    statuses = {EXIT[report["verdict"]] for report in reports}
    if any(finding["code"] == "next-too-early"
           for report in reports for finding in report["findings"]):
        statuses.add(2)
    return next(status for status in WORST_FIRST if status in statuses)


def complaints(report: dict) -> list[str]:
    return (_severities(report) + _sums(report) + _references(report)
            + _sayings(report) + _order(report) + _tool(report))


def _by_value(address: str) -> tuple:
    """IPv4 before IPv6, and each by the number that the address is."""
    value = ipaddress.ip_address(address)
    return value.version, value


def _tool(report: dict) -> list[str]:
    """Whoever was spoken to was spoken to from somewhere."""
    tool, found = report["tool"], []
    for key in "version", "openssl", "unbound", "dnssec":
        if not tool[key]:
            found.append(f"tool.{key} is {tool[key]!r}")
    source = tool["source"]
    if source != sorted(set(source), key=_by_value):
        found.append(f"sources are not in order: {source}")
    endpoints = [each for host in report["hosts"]
                 for each in host["endpoints"]]
    spoken_to = [each["address"] for each in endpoints
                 if each["stage"] != "connect"
                 and all(shake["protocol"] for shake in each["handshakes"])]
    if spoken_to and not source or source and not endpoints:
        found.append(f"spoke to {spoken_to} from {source}")
    return found


def _as_counted(name: str) -> tuple:
    """Numbers in names count as numbers: "mx2" is before "mx10"."""
    return [("0", int(part)) if part.isdigit() else (part, 0)
            for part in re.findall("[0-9]+|.", name)], name


def _order(report: dict) -> list[str]:
    """Name servers rotate records; the report lists them in one order."""
    found = []
    hosts = [(host["preference"] or 0, _as_counted(host["name"]))
             for host in report["hosts"]]
    if hosts != sorted(hosts):
        found.append("hosts are not in order: "
                     + " ".join(host["name"] for host in report["hosts"]))
    for host in report["hosts"]:
        for addresses in (host["addresses"]["list"],
                          [each["address"] for each in host["endpoints"]]):
            if addresses != sorted(addresses, key=_by_value):
                found.append(f"{host['name']}: addresses are not in order: "
                             + " ".join(addresses))
    return found


def _sayings(report: dict) -> list[str]:
    """Each finding says what is so, what to do, and what senders report."""
    found = []
    for finding in report["findings"]:
        code = finding["code"]
        if finding["tlsrpt"] != TLSRPT.get(code):
            found.append(f"{code} is reported as {finding['tlsrpt']}")
        if not finding["text"]:
            found.append(f"{code} says nothing")
        if finding["severity"] == "error" and not finding["advice"]:
            found.append(f"{code} does not say what to do")
        found += _advised(finding)
    return found


def _advised(finding: dict) -> list[str]:
    """The records advised as values are those of the advice in words."""
    lines = (finding["advice"] or "").splitlines()
    found = []
    for verb in "publish", "remove":
        said = [line.split(None, 1)[1] for line in lines
                if line.startswith(f"{verb}  ")]
        values = [f"{each['owner']} IN {each['type']} {each['data']}"
                  if each["owner"] else each["data"]
                  for each in finding[verb]]
        if said != values:
            found.append(f"{finding['code']} says to {verb} {said}, but "
                         f"lists {values}")
    return found


def _severities(report: dict) -> list[str]:
    """Errors are what makes a verdict suffer, and come first."""
    found = []
    order = [("error", "warning", "info").index(finding["severity"])
             for finding in report["findings"]]
    if order != sorted(order):
        found.append("findings are not in the order of their severity")
    suffers = report["verdict"] in ("fail", "unknown")
    errors = [f["code"] for f in report["findings"]
              if f["severity"] == "error"]
    if suffers and not errors:
        found.append(f"{report['verdict']} without any error")
    if errors and not suffers:
        found.append(f"{report['verdict']} with the errors {errors}")
    return found


def _sums(report: dict) -> list[str]:
    """A verdict is no better and no worse than those it is made of."""
    found = []
    for host in report["hosts"]:
        for endpoint in host["endpoints"]:
            shakes = [s["verdict"] for s in endpoint["handshakes"]]
            # It is none of those that came about.
            shakes += ["fail" for finding in report["findings"]
                       if finding["code"] == "tls-long-hello-fails"
                       and finding["severity"] == "error"
                       and finding["host"] == host["name"]
                       and finding["address"] == endpoint["address"]]
            # Connections that came to no handshake make it worse.
            allowed = ({"fail", "unknown"} if endpoint["failures"]
                       else {sum_up(shakes)})
            if (endpoint["stage"] == "done"
                    and endpoint["verdict"] not in allowed):
                found.append(f"{endpoint['address']} is "
                             f"{endpoint['verdict']}, but its handshakes are "
                             f"{shakes}")
            if endpoint["stage"] == "done" and endpoint["error"]:
                found.append(f"{endpoint['address']} is done with an error")
    hosts = [host["verdict"] for host in report["hosts"]]
    # What is wrong with the domain or its name servers has no host.
    hosts += ["unknown" if finding["code"] == "limit-reached" else "fail"
              for finding in report["findings"]
              if finding["severity"] == "error" and finding["host"] is None]
    if report["mx"]["dnssec"] == "secure" and hosts and (
            report["verdict"] != (sum_up(hosts) or "fail")):
        found.append(f"{report['verdict']}, but the hosts are {hosts}")
    return found


def _references(report: dict) -> list[str]:
    """What refers to something refers to something that is there."""
    found = []
    names = {host["name"]: host for host in report["hosts"]}
    for host in report["hosts"]:
        count = len(host["tlsa"]["records"])
        for endpoint in host["endpoints"]:
            for shake in endpoint["handshakes"]:
                judged = [match["record"] for match in shake["tlsa"]]
                if judged != list(range(count)):
                    found.append(f"{endpoint['address']}: records {judged} "
                                 f"of {count} are judged")
    for finding in report["findings"]:
        host = names.get(finding["host"])
        if finding["host"] is not None and host is None:
            found.append(f"a finding is about {finding['host']}")
        addresses = host and [e["address"] for e in host["endpoints"]]
        if finding["address"] and finding["address"] not in (addresses or []):
            found.append(f"a finding is about {finding['address']}")
    return found
