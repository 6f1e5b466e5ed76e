"""Holds a report of mxdane against what the model says of the domain."""

import ipaddress

import expect
import rules
import shape
from anchors import Record
from senders import CAUSES, Domain, Endpoint, Host

# The codes of which the model says whether they are there.
FORETOLD = {
    "domain-missing", "mx-insecure", "mx-bogus", "mx-lookup-failed",
    "mx-null", "mx-null-among-others", "mx-target-missing",
    "mx-target-is-address", "mx-target-cname", "address-insecure",
    "address-bogus", "address-lookup-failed", "tlsa-none", "tlsa-insecure",
    "tlsa-bogus", "tlsa-lookup-failed", "tlsa-all-unusable",
    "tlsa-record-unusable", "connect-failed", "smtp-refused",
    "smtp-protocol", "timeout", "starttls-not-offered", "starttls-refused",
    "starttls-plaintext-injected", "tls-handshake-failed", "tls-outdated",
    "tls-long-hello-fails", "client-certificate-required", "limit-reached",
    "combination-uncovered", "resolver-unreachable", "trust-anchor-mismatch",
} | CAUSES


def complaints(report: dict, domain: Domain) -> list[str]:
    found = shape.complaints(report) or rules.complaints(report)
    crashes = [f"{finding['code']}: {finding['text']}"
               for finding in report["findings"]
               if finding["code"] == "internal-crash"]
    if crashes:
        return found + crashes
    if report["verdict"] != domain.verdict:
        found.append(f"the verdict is {report['verdict']}, the model's is "
                     f"{domain.verdict}")
    if domain.mx != report["mx"]["dnssec"]:
        found.append(f"the MX answer is {report['mx']['dnssec']}, the "
                     f"model's is {domain.mx}")
    if domain.mx == "secure":
        hosts = {host["name"]: host for host in report["hosts"]}
        for host in domain.hosts:
            name = host.name.rstrip(".")
            if name in hosts:
                found += _host(hosts[name], host)
            else:
                found.append(f"{name} is no host of the report")
    return found + _codes(report, domain)


def _codes(report: dict, domain: Domain) -> list[str]:
    told = {finding["code"] for finding in report["findings"]}
    known = set(domain.allowed).union(*domain.codes)
    found = [f"{code} is told, and the model does not see it"
             for code in sorted((told & FORETOLD) - known)]
    return found + [f"{' or '.join(sorted(codes))} is not told"
                    for codes in domain.codes if codes and not codes & told]


def _host(report: dict, host: Host) -> list[str]:
    found, name = [], report["name"]
    if report["verdict"] != host.verdict:
        found.append(f"{name} is {report['verdict']}, the model's is "
                     f"{host.verdict}")
    for what, said, wanted in (
            ("address answer", report["addresses"]["dnssec"],
             {host.addresses}),
            ("TLSA answer", report["tlsa"]["dnssec"], host.tlsa or {None})):
        if said not in wanted:
            found.append(f"{name}: the {what} is {said}, the model's is "
                         f"{wanted}")
    if not host.endpoints:
        return found
    for what, said, wanted in (
            ("base domain is", report["tlsa"]["base_domain"], host.base),
            ("reference names are",
             " ".join(report["tlsa"]["reference_names"]),
             " ".join(host.names).replace(". ", " "))):
        if said != wanted.rstrip("."):
            found.append(f"{name}: the {what} {said}, the model's {wanted}")
    endpoints = {str(ipaddress.ip_address(each["address"])): each
                 for each in report["endpoints"]}
    if sorted(endpoints) != sorted(host.endpoints):
        return found + [f"{name}: connected to {sorted(endpoints)}, the "
                        f"model to {sorted(host.endpoints)}"]
    for address, endpoint in host.endpoints.items():
        found += _endpoint(report, endpoints[address], endpoint)
    return found


def _endpoint(host: dict, report: dict, endpoint: Endpoint) -> list[str]:
    where = report["address"]
    found = []
    if report["verdict"] != endpoint.verdict:
        found.append(f"{where} is {report['verdict']}, the model's is "
                     f"{endpoint.verdict}")
    records = [Record(each["usage"], each["selector"],
                      each["matching_type"], each["data"])
               for each in host["tlsa"]["records"]]
    shakes = {each["key_type"]: each for each in report["handshakes"]
              if each["protocol"]}
    if sorted(shakes) != sorted(endpoint.shakes):
        return found + [f"{where}: the key types are {sorted(shakes)}, the "
                        f"model's are {sorted(endpoint.shakes)}"]
    for kind, wanted in endpoint.shakes.items():
        statuses = {record: expect.status_text(match)
                    for record, match in zip(records, shakes[kind]["tlsa"])}
        found += _statuses(f"{where} {kind}", statuses, wanted)
    return found


def _statuses(where: str, statuses: dict, wanted: dict) -> list[str]:
    found = [f"{where}: {_shown(record)} is {statuses[record]!r}, the "
             f"model's is {status!r}"
             for record, status in wanted.items() if record in statuses
             and _plain(statuses[record]) != status]
    if set(statuses) != set(wanted):
        found.append(f"{where}: the records are others than the model's")
    return found


def _plain(status: str) -> str:
    """Without the depth, which the model does not tell."""
    return " ".join(word for word in status.split() if not word.isdigit())


def _shown(record: Record) -> str:
    return (f"{record.usage} {record.selector} {record.type} "
            f"{record.data[:16]}")
