"""The JSON report's shape: every key of the contract, and no surprise."""

import re

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DNSSEC = ("secure", "insecure", "bogus", "failed")
VERDICTS = ("pass", "fail", "unknown", "none", "partial")
STAGES = ("connect", "greeting", "ehlo", "starttls", "handshake", "done")
TLSRPT = ("starttls-not-supported", "certificate-host-mismatch",
          "certificate-expired", "tlsa-invalid", "dnssec-invalid",
          "dane-required", "validation-failure")


class Maybe:
    """What is wanted, or null."""

    def __init__(self, wanted):
        self.wanted = wanted


HEX = re.compile(r"([0-9a-f]{2})*")
DIGEST = re.compile(r"[0-9a-f]{64}")

CERTIFICATE = {
    "subject": str, "issuer": str, "dns_names": [str],
    "not_before": Maybe(TIME), "not_after": Maybe(TIME),
    "cert_sha256": DIGEST, "spki_sha256": DIGEST,
}
MATCH = {
    "record": int, "status": ("match", "mismatch", "unusable",
        "ignored", "untried"),
    "depth": Maybe(int), "would_match": bool, "why": Maybe(str),
}
HANDSHAKE = {
    "key_type": str, "protocol": Maybe(str), "cipher": Maybe(str),
    "group": Maybe(str),
    "shown_in": Maybe(int), "asked_in": Maybe(int),
    "verdict": Maybe(VERDICTS),
    "chain": [CERTIFICATE], "tlsa": [MATCH],
}
ENDPOINT = {
    "address": str, "port": int, "verdict": VERDICTS, "stage": STAGES,
    "error": Maybe(str), "connections": Maybe(int),
    "failures": [{"stage": STAGES, "error": Maybe(str), "connections": int}],
    "retried": [{"stage": STAGES, "error": Maybe(str), "connections": int}],
    "handshakes": [HANDSHAKE],
}
RECORD = {
    "usage": int, "selector": int, "matching_type": int, "data": HEX,
    "usable": bool, "why": Maybe(str),
}
SIGNER = {"zone": str, "algorithm": int, "key_tag": int}
HOST = {
    "name": str, "preference": Maybe(int), "verdict": Maybe(VERDICTS),
    "addresses": {"dnssec": Maybe(DNSSEC), "cname": Maybe(str),
                  "signed_from": Maybe(TIME), "signed_until": Maybe(TIME),
                  "life_left_percent": Maybe(int),
                  "signed_by": [SIGNER], "why": Maybe(str), "list": [str]},
    "tlsa": {"owner": Maybe(str), "base_domain": Maybe(str),
             "dnssec": Maybe(DNSSEC), "ttl": Maybe(int),
             "signed_from": Maybe(TIME), "signed_until": Maybe(TIME),
             "life_left_percent": Maybe(int), "signed_by": [SIGNER],
             "why": Maybe(str),
             "reference_names": [str], "records": [RECORD]},
    "endpoints": [ENDPOINT],
}
ADVISED = {
    "owner": Maybe(re.compile(r".*\.")), "ttl": int,
    "type": ("TLSA", "DS", "MX", "TXT", "A", "AAAA", "CNAME"),
    "data": re.compile(r"[ -~]+"),
}
SERVER = {"name": str, "address": Maybe(str), "transport": ("udp", "tcp")}
FINDING = {
    "severity": ("error", "warning", "info"), "code": str,
    "host": Maybe(str), "address": Maybe(str), "key_type": Maybe(str),
    "record": Maybe(int), "zone": Maybe(str), "server": Maybe(SERVER),
    "text": str, "advice": Maybe(str), "publish": [ADVISED],
    "remove": [ADVISED], "tlsrpt": Maybe(TLSRPT),
}
TOOL = {
    "name": ("mxdane",), "version": Maybe(str), "openssl": Maybe(str),
    "unbound": Maybe(str), "dnssec": Maybe(str), "source": [str],
}
CHANGE = {
    "what": ("new", "verdict", "mx", "address", "tlsa", "key", "issuer",
             "key-type", "tls", "dnssec"),
    "host": Maybe(str), "address": Maybe(str), "before": Maybe(str),
    "after": Maybe(str),
}
ZONE = {
    "name": str, "parent": Maybe(str), "dnssec": DNSSEC, "why": Maybe(str),
    "ds": [{"key_tag": int, "algorithm": int, "digest_type": int,
            "digest": HEX}],
    "dnskeys": [{"key_tag": int, "algorithm": int, "flags": int}],
    "denial": Maybe({"type": ("nsec", "nsec3"), "iterations": int,
                     "opt_out": bool}),
    "signed_from": Maybe(TIME), "signed_until": Maybe(TIME),
    "life_left_percent": Maybe(int),
}
ASKED_SERVER = {
    "zone": str, "name": str, "address": Maybe(str),
    "transport": ("udp", "tcp"), "delegated": Maybe(bool),
    "listed": Maybe(bool), "not_asked": Maybe(str),
    "answers": [{"owner": str, "type": str, "rcode": Maybe(str),
                 "truncated": bool,
                 "result": ("records", "no data", "no name", "unusable"),
                 "count": int, "why": Maybe(str)}],
}
REPORT = {
    "domain": str, "verdict": VERDICTS, "checked_at": TIME,
    "elapsed_ms": int, "tool": TOOL,
    "mx": {"dnssec": Maybe(DNSSEC), "null_mx": Maybe(bool),
           "implicit": Maybe(bool), "ttl": Maybe(int),
           "signed_from": Maybe(TIME), "signed_until": Maybe(TIME),
           "life_left_percent": Maybe(int), "signed_by": [SIGNER],
           "why": Maybe(str)},
    "tlsrpt": Maybe({"rua": [str]}),
    "hosts": [HOST], "zones": [ZONE],
    "servers": [ASKED_SERVER], "findings": [FINDING],
    "changes": Maybe([CHANGE]),
}


# Of --self-test.
SELF_TEST = {
    "domain": Maybe(str), "verdict": ("pass", "unknown"), "checked_at": TIME,
    "elapsed_ms": int, "tool": TOOL, "helo": str,
    "self_test": [{
        "item": ("root", "clock", "resolver", "udp", "tcp", "ipv4", "ipv6",
                 "port", "helo", "reverse"),
        "state": ("ok", "fail", "warning", "untried"),
        "text": str, "advice": Maybe(str)}],
}


def complaints(value, wanted=REPORT, where: str = "report") -> list[str]:
    """What is wrong with VALUE, which should be as WANTED says."""
    if isinstance(wanted, Maybe):
        return [] if value is None else complaints(value, wanted.wanted, where)
    if isinstance(wanted, dict):
        return _of_object(value, wanted, where)
    if isinstance(wanted, list):
        if not isinstance(value, list):
            return [f"{where} is no array: {value!r}"]
        return [c for i, each in enumerate(value)
                for c in complaints(each, wanted[0], f"{where}[{i}]")]
    if isinstance(wanted, tuple):
        good = value in wanted
    elif isinstance(wanted, re.Pattern):
        good = isinstance(value, str) and wanted.fullmatch(value) is not None
    else:
        good = type(value) is wanted    # a boolean is no number here
    return [] if good else [f"{where} is {value!r}"]


def _of_object(value, wanted: dict, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where} is no object: {value!r}"]
    found = [f"{where} lacks {key!r}" for key in wanted if key not in value]
    for key in wanted.keys() & value.keys():
        found += complaints(value[key], wanted[key], f"{where}.{key}")
    return found
