"""The lab's certificates, made with the openssl command."""

import base64
import dataclasses
import datetime
import hashlib
import pathlib
import re
import secrets
import subprocess
import tempfile
import textwrap
import threading

from versions import lacking

KEY_TYPES = {
    "ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa-768": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:768"],
    "rsa-1024": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    "rsa-768": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:768"],
    "ed25519": ["-algorithm", "ED25519"],
    "ed448": ["-algorithm", "ED448"],
    # An EC key takes its place where the case that needs it is skipped.
    "ml-dsa-65": ["-algorithm", "ML-DSA-65"]
    if not lacking(["openssl 3.5"]) else
    ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa-pss": ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
}

DIGESTS = {1: hashlib.sha256, 2: hashlib.sha512}


@dataclasses.dataclass
class Specification:
    """What a certificate is to be, as the data files say it."""

    name: str
    key: str = "ec"             # type, or type:name for a key that is shared
    issuer: str = "self"        # name of the certificate that signs it
    ca: bool = False
    cn: str = ""                # default: the certificate's name
    names: list[str] = dataclasses.field(default_factory=list)
    days: tuple[int, int] = (-1, 90)    # valid from and until, from today
    purpose: str = "serverAuth"         # "" leaves the extension out
    extensions: list[str] = dataclasses.field(default_factory=list)
    digest: str = "sha256"      # that the issuer signs
    strings: str = "utf8only"   # ASN.1 types of the name: openssl's string_mask
    undated: bool = False       # its dates are no dates
    # Octets of the finished certificate and what replaces them (in Latin-1,
    # filled up with dots), for what openssl refuses to write. The signature
    # is then wrong.
    forge: tuple[str, str] = ("", "")

    @property
    def key_name(self) -> str:
        kind, _, name = self.key.partition(":")
        return f"{kind}:{name or self.name}"


@dataclasses.dataclass
class Certificate:
    pem: str
    key_file: pathlib.Path
    file: pathlib.Path

    @property
    def der(self) -> bytes:
        return _der(self.pem)

    @property
    def spki(self) -> bytes:
        """The SubjectPublicKeyInfo, cut out of the certificate."""
        fields = _elements(_elements(self.der)[0])
        if fields[0][0] == 0xa0:    # the version is optional
            fields = fields[1:]
        return fields[5]

    def association(self, selector: int, matching_type: int) -> bytes:
        """The data of a TLSA record (RFC 6698 2.1)."""
        data = [self.der, self.spki][selector]
        return data if matching_type == 0 else DIGESTS[matching_type](
            data).digest()

    def digest_of_pem(self, selector: int, matching_type: int) -> bytes:
        """What sha256sum says of the file, or of the key's."""
        if selector == 0:
            text = self.pem
        else:
            lines = textwrap.wrap(base64.b64encode(self.spki).decode(), 64)
            text = "\n".join(["-----BEGIN PUBLIC KEY-----", *lines,
                              "-----END PUBLIC KEY-----", ""])
        return DIGESTS[matching_type](text.encode()).digest()


def _length(der: bytes) -> tuple[int, int]:
    """Octets of the header and of the contents of a DER element."""
    if der[1] < 0x80:
        return 2, der[1]
    size = der[1] & 0x7f
    return 2 + size, int.from_bytes(der[2:2 + size], "big")


def _elements(der: bytes) -> list[bytes]:
    """The DER elements that are in the first one."""
    header, size = _length(der)
    der = der[header:header + size]
    found = []
    while der:
        size = sum(_length(der))
        found.append(der[:size])
        der = der[size:]
    return found


def _openssl(*arguments, **options) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **options)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stdout}")


CONFIGURATION = """
[ca]
default_ca = lab
[lab]
database = index.txt
serial = serial
new_certs_dir = .
default_md = {digest}
string_mask = {strings}
policy = anything
[anything]
commonName = optional
[req]
distinguished_name = subject
prompt = no
utf8 = yes
string_mask = {strings}
[subject]
commonName = {cn}
[extensions]
{extensions}
"""


class Authority:
    """Makes each certificate once, and its issuers before it."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.made: dict[str, Certificate] = {}
        self.specifications: dict[str, Specification] = {}
        self.locks: dict[str, threading.Lock] = {}
        self.lock = threading.Lock()

    def add(self, specification: Specification) -> None:
        self.specifications[specification.name] = specification

    def get(self, name: str) -> Certificate:
        with self.lock:
            lock = self.locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self.made:
                self.made[name] = self._make(self.specifications[name])
        return self.made[name]

    def _key(self, name: str) -> pathlib.Path:
        """A key, kept in the folder for the next run."""
        kind = name.partition(":")[0]
        plain = name.replace(":", "-").replace("/", "_")
        file = self.folder / (plain + ".key")
        with self.lock:
            lock = self.locks.setdefault("key " + name, threading.Lock())
        with lock:
            if not file.exists():
                _openssl("genpkey", *KEY_TYPES[kind], "-out", file)
        return file

    def _make(self, wanted: Specification) -> Certificate:
        key = self._key(wanted.key_name)
        signer, signs = ["-selfsign", "-keyfile", key], wanted
        if wanted.issuer != "self":
            issuer = self.get(wanted.issuer)
            signer = ["-cert", issuer.file, "-keyfile", issuer.key_file]
            signs = self.specifications[wanted.issuer]
        if KEY_TYPES[signs.key.partition(":")[0]][1].startswith(
                ("ED", "ML-DSA")):
            signer += ["-md", "null"]
        file = self.folder / (wanted.name.replace("/", "_") + ".pem")
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            self._sign(wanted, key, signer, file, pathlib.Path(scratch))
        pem = file.read_text()
        if wanted.forge[0]:
            pem = _forge(pem, *wanted.forge)
        if wanted.undated:
            pem = _undated(pem)
        file.write_text(pem)
        return Certificate(pem, key, file)

    def _sign(self, wanted: Specification, key: pathlib.Path, signer: list,
              file: pathlib.Path, scratch: pathlib.Path) -> None:
        (scratch / "index.txt").touch()
        (scratch / "serial").write_text("40" + secrets.token_hex(15))
        (scratch / "configuration").write_text(CONFIGURATION.format(
            cn=wanted.cn or wanted.name, digest=wanted.digest,
            strings=wanted.strings,
            extensions="\n".join(_extensions(wanted))))
        _openssl("req", "-new", "-key", key, "-out", "request",
                 "-config", "configuration", cwd=scratch)
        _openssl("ca", "-batch", "-notext", "-utf8",
                 "-config", "configuration", "-extensions", "extensions",
                 "-startdate", _day(wanted.days[0]),
                 "-enddate", _day(wanted.days[1]),
                 *signer, "-in", "request", "-out", file, cwd=scratch)


def _extensions(wanted: Specification) -> list[str]:
    lines = ["subjectKeyIdentifier = hash",
             "authorityKeyIdentifier = keyid"]
    if wanted.ca:
        lines += ["basicConstraints = critical, CA:true",
                  "keyUsage = critical, keyCertSign, cRLSign"]
    else:
        lines.append("basicConstraints = CA:false")
        if wanted.purpose:
            lines.append(f"extendedKeyUsage = {wanted.purpose}")
    if wanted.names:
        lines.append("subjectAltName = "
                     + ", ".join(f"DNS:{name}" for name in wanted.names))
    return lines + wanted.extensions


def _day(days: int) -> str:
    day = datetime.datetime.now(datetime.timezone.utc)
    day += datetime.timedelta(days=days)
    return day.strftime("%Y%m%d%H%M%SZ")


def _der(pem: str) -> bytes:
    return base64.b64decode(pem.split("-----")[2])


def _pem(der: bytes) -> str:
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"


def _forge(pem: str, old: str, new: str) -> str:
    before = old.encode("latin-1")
    after = new.encode("latin-1").ljust(len(before), b".")
    der = _der(pem)
    if len(before) != len(after) or before not in der:
        raise ValueError(f"{old!r} cannot be forged into {new!r}")
    return _pem(der.replace(before, after))


def _undated(pem: str) -> str:
    """With UTCTime values (RFC 5280 4.1.2.5.1) that are no times."""
    return _pem(re.sub(rb"\x17\x0d\d{12}Z", b"\x17\x0d" + 12 * b"." + b"Z",
                       _der(pem)))
