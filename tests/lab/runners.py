"""Who takes commands from the output of programs, and how, by their own rules.

The same table, with where it is from, is in tests/unit/support/runners.c.
"""

import re
from collections.abc import Iterable, Iterator

# What comparisons of .NET by the rules of a language skip.
IGNORABLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u206f\ufe00-\ufe0f"
                       "\ufeff\U000e0000-\U000e0fff]")

# At the beginning of a line.
BEGINNINGS = {
    "GitHub": r"\s*::",
    "TAP": r"(not )?ok\b|1\.\.\d|\s*bail out!|tap version\b|pragma\s|\s*---",
    "Buildkite": r"\+\+\+|~~~|\^\^\^ \+\+\+",
    "go test": r"\s*===",
    "systemd": r"<",
}
# Anywhere in one.
WITHIN = {
    "GitHub, Azure or TeamCity": r"##",
    "GitLab or Travis": r"\x1b|\r",
}

# The lines of --format that are meant for one of them.
OWN = {
    "github": ("::error title=", "::warning title=", "::notice title="),
    "tap": ("TAP version 13", "ok ", "not ok ", "1.."),
    "junit": ("<?xml ", "<testsuites ", "</testsuites>"),
}

# What an attacker would have them read, and halves of it.
COMMANDS = (
    "::error::x", "::add-mask::x", " ::error::x", ":", "::", "x :", ":error::x",
    "##[error]x", "##vso[task.setvariable variable=a]b", "##teamcity[x]",
    "#[error]x", "x #", "#", "##", "#\u200d#[error]x", "\u00a0::error::x",
    "\u3000::error::x", "\u200b::error::x", "ok 1 - x", "ok.example",
    "not ok 1 - x", "1..3", "Bail out! x", " Bail out! x", "TAP version 13",
    "pragma +strict", "--- x", "---", "+++ x", "~~~ x", "^^^ +++", "=== RUN x",
    "<0>x", "\x1b[0Ksection_start:1:x\r\x1b[0Kx", "x\n::error::x",
    "x\r\n##[error]x", "x\nBail out! x", "x\n##vso[a.b]", "x\n1..2",
    "x | ::error::x", "%0A::error::x", "-::error::x",
)


def obeyed(text: str, own: Iterable[str] = ()) -> Iterator[str]:
    """The lines of TEXT that somebody obeys, and who.

    A line that begins with one of OWN may begin as it does.
    """
    for line in re.split(r"[\n\x85\u2028\u2029]", text):
        seen = IGNORABLE.sub("", line)
        for who, rule in WITHIN.items():
            if re.search(rule, seen):
                yield f"{who} obeys {line!r}"
        if line.startswith(tuple(own)):
            continue
        for who, rule in BEGINNINGS.items():
            if re.match(rule, seen, re.IGNORECASE):
                yield f"{who} obeys {line!r}"
