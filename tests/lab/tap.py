"""The Test Anything Protocol, version 12: what automake's driver reads."""

import sys


class Tap:
    """Prints the results in order, whatever the order in which they come."""

    def __init__(self, out=sys.stdout):
        self.out = out
        self.count = self.failed = 0

    def plan(self, count: int) -> None:
        self._say(f"1..{count}")

    def result(self, description: str, complaints: list[str]) -> None:
        self.count += 1
        self.failed += bool(complaints)
        verdict = "not ok" if complaints else "ok"
        self._say(f"{verdict} {self.count} - {_clean(description)}")
        self.notes(complaints)

    def skip(self, description: str, why: str) -> None:
        self.count += 1
        self._say(f"ok {self.count} - {_clean(description)} # SKIP {why}")

    def notes(self, texts: list[str]) -> None:
        for text in texts:
            for line in text.splitlines():
                self._say(f"# {line}")

    def bail_out(self, why: str) -> None:
        self._say(f"Bail out! {why}")

    def _say(self, line: str) -> None:
        print(line, file=self.out, flush=True)


def _clean(text: str) -> str:
    return " ".join(text.split()).replace("#", "No.")
