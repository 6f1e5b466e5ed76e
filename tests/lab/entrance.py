"""The way into the lab, for the programs that use it."""

import os
import pathlib
import tempfile
from collections.abc import Callable

import namespace
from case import Case
from daemons import Daemons, Missing
from lab import Lab

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build"


class NoProgram(Exception):
    """There is nothing to test."""


class NoLab(Exception):
    """This system cannot have the lab; says why."""


def mxdane() -> str:
    """The program under test."""
    program = os.environ.get("MXDANE", str(BUILD / "mxdane"))
    if not os.access(program, os.X_OK):
        raise NoProgram(f"there is no {program}")
    return program


def work_apart(name: str) -> None:
    """A folder of this program's own in the one that it is to work in.

    tests/lab/run may be at work beside it, and only that folder is cleaned
    away. The program that is started once more inside has it already.
    """
    if "LAB_WORK" in os.environ and namespace.INSIDE not in os.environ:
        os.environ["LAB_WORK"] += f"/{name}"


def with_lab(cases: list[Case], use: Callable[[Lab], int],
             prepare: Callable[[Lab], None] = lambda lab: None) -> int:
    """Has the lab up while USE works in it; returns what it returns.

    PREPARE is called before it comes up. The program is started once more in
    namespaces of its own.
    """
    try:
        namespace.enter()
    except namespace.Forbidden as why:
        raise NoLab(f"no namespace of the lab's own can be had: {why}"
                    ) from why
    daemons = Daemons(pathlib.Path(
        os.environ.get("LAB_DAEMONS", BUILD / "daemons")))
    with tempfile.TemporaryDirectory(prefix="lab-") as scratch:
        work = pathlib.Path(os.environ.get("LAB_WORK", scratch))
        lab = Lab(cases, work, daemons)
        try:
            prepare(lab)
            lab.start()
            return use(lab)
        except Missing as missing:
            raise NoLab(f"{missing}; tests/lab/unpack fetches it") from missing
        finally:
            lab.stop()
