"""A world of its own for the lab: network, mounts and processes."""

import os
import subprocess
import sys

INSIDE = "MXDANE_LAB_INSIDE"


def unshare_command() -> list[str]:
    """The command that makes the namespaces; the processes die with it."""
    command = ["unshare", "--net", "--mount", "--pid", "--fork",
               "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    return command


class Forbidden(Exception):
    """The system does not let us; says why."""


def _what_helps(said: str) -> str:
    if "propagation" in said:
        return ("the root of a chroot has to be a mount point: "
                '"mount --bind ROOT ROOT" before the chroot helps')
    if os.geteuid() != 0:
        return "running it as root (sudo) helps"
    return "in a container, starting that one with --privileged helps"


def enter() -> None:
    """Starts this program again inside, and returns there.

    The loopback interface is up then.
    """
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    command = unshare_command()
    try:
        subprocess.run(command + ["true"], stderr=subprocess.PIPE, text=True,
                       check=True)
    except FileNotFoundError as error:
        raise Forbidden("there is no unshare") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip() or "unshare failed"
        raise Forbidden(f"{said}; {_what_helps(said)}") from error
    sys.stdout.flush()
    os.environ[INSIDE] = "1"
    os.execvp(command[0], command + [sys.executable] + sys.argv)


def add_addresses(addresses: list[str], unreachable: list[str]) -> None:
    """Gives the loopback interface ADDRESSES; routes to the others fail."""
    lines = []
    for address in addresses:
        bits = "128 dev lo nodad" if ":" in address else "32 dev lo"
        lines.append(f"address add {address}/{bits}")
    for address in unreachable:
        lines.append(f"route add unreachable {address}")
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n",
                   text=True, check=True)


def replace_file(path: str, replacement: str) -> None:
    """Shows the file REPLACEMENT at PATH, to this namespace alone."""
    subprocess.run(["mount", "--bind", replacement, path], check=True)
