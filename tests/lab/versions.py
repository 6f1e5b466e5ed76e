"""The versions of the libraries here, for cases that depend on them."""

import ctypes
import functools
import re
import ssl

NEED = re.compile(r"(openssl|libunbound) (before )?(\d+)\.(\d+)")


@functools.cache
def present(library: str) -> tuple[int, int]:
    """What mxdane is linked to, and this Python as well."""
    if library == "openssl":
        return ssl.OPENSSL_VERSION_INFO[:2]
    version = ctypes.CDLL("libunbound.so.8").ub_version
    version.restype = ctypes.c_char_p
    major, minor = version().decode().split(".")[:2]
    return int(major), int(minor)


def lacking(needs: list[str]) -> str:
    """Why a case with these needs cannot be tried; "" if it can."""
    for need in needs:
        library, before, major, minor = NEED.fullmatch(need).groups()
        here = present(library)
        if (here < (int(major), int(minor))) != bool(before):
            return f"needs {need}, and here is {here[0]}.{here[1]}"
    return ""
