"""TLS by GnuTLS, for what OpenSSL cannot be made to do.

The library is called as it is (gnutls(3)): Python has no module for it.
"""

import contextlib
import ctypes
import pathlib
import socket

SERVER, PEM, CERTIFICATE = 1, 1, 1      # GNUTLS_SERVER, _X509_FMT_PEM, _CRD_
AGAIN, INTERRUPTED = -28, -52


class Missing(Exception):
    """The library is not there."""


def load(daemons: pathlib.Path) -> ctypes.CDLL:
    """The system's, or else the unpacked one, after what it needs."""
    with contextlib.suppress(OSError):
        return ctypes.CDLL("libgnutls.so.30")
    folders = list((daemons / "gnutls/usr/lib").glob("*-linux-gnu*"))
    files = [file for folder in folders for file in folder.glob("*.so.*")]
    for _ in files:
        for file in files:
            with contextlib.suppress(OSError):
                loaded = ctypes.CDLL(str(file), mode=ctypes.RTLD_GLOBAL)
                if file.name == "libgnutls.so.30":
                    return loaded
    raise Missing("libgnutls.so.30 is not there")


class Tls:
    """The server's side of TLS on a connection, as a socket of Python's."""

    def __init__(self, lib: ctypes.CDLL, connection: socket.socket,
                 chain: str, key: str, priority: str):
        self.socket = connection
        self.lib = lib
        self.credentials, self.session = ctypes.c_void_p(), ctypes.c_void_p()
        session = self.session
        self._must(lib.gnutls_certificate_allocate_credentials(
            ctypes.byref(self.credentials)))
        self._must(lib.gnutls_certificate_set_x509_key_file(
            self.credentials, chain.encode(), key.encode(), PEM))
        self._must(lib.gnutls_init(ctypes.byref(session), SERVER))
        self._must(lib.gnutls_priority_set_direct(
            session, priority.encode(), None))
        self._must(lib.gnutls_credentials_set(
            session, CERTIFICATE, self.credentials))
        lib.gnutls_transport_set_int2(session, connection.fileno(),
                                      connection.fileno())
        self._must(self._again(lambda: lib.gnutls_handshake(session)))

    @staticmethod
    def _must(status: int) -> int:
        if status < 0:
            raise OSError(f"GnuTLS: error {status}")
        return status

    @staticmethod
    def _again(call) -> int:
        while True:
            status = call()
            if status not in (AGAIN, INTERRUPTED):
                return status

    def recv(self, size: int) -> bytes:
        buffer = ctypes.create_string_buffer(size)
        got = self._must(self._again(lambda: self.lib.gnutls_record_recv(
            self.session, buffer, ctypes.c_size_t(size))))
        return buffer.raw[:got]

    def sendall(self, octets: bytes) -> None:
        while octets:
            sent = self._must(self._again(
                lambda: self.lib.gnutls_record_send(
                    self.session, octets, ctypes.c_size_t(len(octets)))))
            octets = octets[sent:]

    def close(self) -> None:
        self.lib.gnutls_deinit(self.session)
        self.lib.gnutls_certificate_free_credentials(self.credentials)
        self.socket.close()
