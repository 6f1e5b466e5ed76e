"""The unpacked daemons: where they are, and starting and stopping them."""

import glob
import os
import pathlib
import socket
import subprocess
import time


class Missing(Exception):
    """A daemon that the lab needs was not unpacked."""


class Daemons:
    """The folder of unpacked packages: SET/usr/sbin/... and so on."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.running: list[subprocess.Popen] = []

    def program(self, package: str, path: str) -> str:
        """The file at PATH, or below /usr where systems have merged that."""
        root = self.folder / package
        for program in root / path, root / "usr" / path:
            if program.exists():
                return str(program)
        raise Missing(f"{root / path} is not there")

    def environment(self, package: str) -> dict[str, str]:
        """The environment in which programs find their unpacked libraries."""
        root = self.folder / package
        libraries = [str(root / "usr/lib" / package)]
        for pattern in ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*",
                        "usr/lib/*-linux-gnu*/systemd", "lib/systemd",
                        "usr/lib/systemd"):
            libraries += sorted(glob.glob(str(root / pattern)))
        return dict(os.environ, LD_LIBRARY_PATH=":".join(libraries),
                    LC_ALL="C")

    def run(self, package: str, path: str, *arguments, **options) -> str:
        """Runs a program to its end; its output, or an error with it."""
        done = subprocess.run(
            [self.program(package, path), *map(str, arguments)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=self.environment(package), **options)
        if done.returncode != 0:
            raise RuntimeError(f"{path} failed: {done.stdout}")
        return done.stdout

    def start(self, package: str, path: str, *arguments,
              log: pathlib.Path, env: dict[str, str] = {}) -> subprocess.Popen:
        """Starts a program that stays; it is stopped by stop()."""
        with open(log, "ab") as output:
            process = subprocess.Popen(
                [self.program(package, path), *map(str, arguments)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env=self.environment(package) | env)
        self.running.append(process)
        return process

    def end(self, process: subprocess.Popen) -> None:
        """Ends one that was started, and waits for it."""
        self.running.remove(process)
        process.terminate()
        process.wait()

    def stop(self) -> None:
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()


def wait_for_port(address: str, port: int, process: subprocess.Popen,
                  log: pathlib.Path, limit: float = 20) -> None:
    """Returns as soon as PROCESS accepts connections there."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection((address, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.01)    # a poll for readiness, not a guess at it
    raise RuntimeError(f"nothing answers at {address} port {port}: "
                       + log.read_text(errors="replace")[-2000:])
