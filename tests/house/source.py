"""The C source as the tests of this folder read it, and how they report.

Each test is a function that returns its complaints, "FILE:LINE: what is wrong,
and what to do instead"; main() prints TAP, one result for each. The tree is
that of srcdir, which "make check" sets; else the one that this file is in.
"""

import functools
import os
import pathlib
import re
import sys
from collections.abc import Callable, Iterator

ROOT = pathlib.Path(os.environ.get("srcdir")
                    or pathlib.Path(__file__).resolve().parent.parent.parent)

# The rooms of checker/, each with those that it may include, and itself. The
# three in the middle never see one another: the evidence lies between them.
BOTTOM = {"smtp", "resolver"}
ROOMS = {
    "resolver": {"resolver"},
    "smtp": BOTTOM,
    "checker/tlsa": {"checker/tlsa"} | BOTTOM,
    "checker/evidence": {"checker/evidence", "checker/tlsa"} | BOTTOM,
}
for _room in "checker/gather", "checker/judge", "checker/report":
    ROOMS[_room] = {_room} | ROOMS["checker/evidence"]
ROOMS["checker/run"] = {"checker/run"}.union(*ROOMS.values())
ROOMS["checker"] = ROOMS["checker/run"]  # the mains

PROGRAM = tuple(ROOMS)
TESTS = ("tests/bench", "tests/fuzz", "tests/unit")

# A comment, or a literal in quotes: whichever begins first is one.
_SKIPPED = re.compile(r"""
    (?P<comment> /\*.*?\*/ | //[^\n]* )
  | "(?:\\.|[^"\\\n])*"
  | '(?:\\.|[^'\\\n])*'
""", re.VERBOSE | re.DOTALL)

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)

# KNF: the name of a function that is defined begins a line, as does its body.
_DEFINITION = re.compile(r"^(?P<type>[^\s#{}][^\n;{}]*)\n"
                         r"(?P<name>\w+)\([^{};]*\)\s*\n\{[ ]*\n", re.M)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


class Source:
    """A file; its lines are numbered from 1."""

    def __init__(self, path: str):
        self.path = path
        self.text = (ROOT / path).read_text(encoding="utf-8")

    @property
    def room(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Without folder and .c or .h."""
        return self.module.rpartition("/")[2]

    @property
    def module(self) -> str:
        """The path without .c or .h."""
        return self.path.rpartition(".")[0]

    @functools.cached_property
    def uncommented(self) -> str:
        """The text with blanks in place of comments."""
        return _SKIPPED.sub(lambda found: _blank(found[0])
                            if found["comment"] else found[0], self.text)

    @functools.cached_property
    def code(self) -> str:
        """The text with blanks in place of comments and of what is quoted."""
        return _SKIPPED.sub(lambda found: _blank(found[0]), self.text)

    def line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def place(self, offset: int) -> str:
        return f"{self.path}:{self.line(offset)}"

    def includes(self) -> Iterator[tuple[str, str, bool]]:
        """The place of each, its name, and whether it stood in "quotes"."""
        for found in _INCLUDE.finditer(self.uncommented):
            yield self.place(found.start()), found[2], found[1] == '"'

    def functions(self) -> Iterator[tuple[str, int, int, bool]]:
        """Name, offsets of its definition and end, and whether it is static."""
        for found in _DEFINITION.finditer(self.code):
            end = self.code.find("\n}", found.end() - 1)
            yield (found["name"], found.start(), end + 2,
                   found["type"].startswith("static"))

    def search(self, pattern: str, complaint: str) -> list[str]:
        """A complaint for each place in the code that matches."""
        return [f"{self.place(found.start())}: {found[0].strip()}: {complaint}"
                for found in re.finditer(pattern, self.code)]


@functools.cache
def read(path: str) -> Source:
    return Source(path)


def paths(folders: tuple[str, ...], *endings: str) -> list[str]:
    """Those in the folders, and for a folder of tests in all below it."""
    found = []
    for folder in folders:
        for ending in endings:
            pattern = f"*{ending}"
            if folder.startswith("tests"):
                pattern = f"**/{pattern}"
            found += [path.relative_to(ROOT).as_posix()
                      for path in (ROOT / folder).glob(pattern)]
    return sorted(set(found))


def sources(folders: tuple[str, ...] = PROGRAM,
            endings: tuple[str, ...] = (".c", ".h")) -> list[Source]:
    return [read(path) for path in paths(folders, *endings)]


def scripts() -> list[str]:
    """Shell and Python of the tests, and bootstrap."""
    found = [ROOT / "bootstrap"]
    for folder in "", "bench", "house", "lab":
        found += (ROOT / "tests" / folder).glob("*")
    return sorted(path.relative_to(ROOT).as_posix() for path in found
                  if path.is_file() and (path.suffix == ".py"
                                         or path.read_bytes()[:2] == b"#!"))


def main(*tests: Callable[[], list[str]]) -> None:
    """Runs them; the first paragraph of the docstring names the test."""
    print(f"1..{len(tests)}")
    failed = False
    for number, test in enumerate(tests, 1):
        complaints = test()
        name = " ".join(test.__doc__.split("\n\n")[0].split())
        print(f"{'not ok' if complaints else 'ok'} {number} - {name}")
        for complaint in complaints:
            print(f"# {complaint}")
        failed |= bool(complaints)
    sys.exit(failed)
