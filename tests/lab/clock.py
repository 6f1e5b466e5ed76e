"""A clock that can be moved on, for the programs that a test runs."""

import os

from daemons import Daemons

LIBRARY = "usr/lib/{}/faketime/libfaketimeMT.so.1"


class Clock:
    """How much later it is than it is; for who takes its environment."""

    def __init__(self, daemons: Daemons):
        root = daemons.folder / "faketime"
        found = sorted(root.glob(LIBRARY.format("*-linux-gnu*")))
        self.library = (str(found[0]) if found else
                        daemons.program("faketime", LIBRARY.format("*")))
        self.later = 0      # seconds

    def environment(self) -> dict[str, str]:
        """What makes a program see the later time. Files keep theirs, and
        what is measured without a date is as it is."""
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": self.library, "FAKETIME": f"+{self.later}",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
                "FAKETIME_DISABLE_SHM": "1",
                "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0"}
