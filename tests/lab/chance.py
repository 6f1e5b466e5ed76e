"""Cases in which chance picks a name server: every run must say the same.

Each is a process of its own, which knows nothing of the runs before.
LAB_CHANCES in the environment says how many there are, and then other cases
are run as often, too.
"""

import collections
import concurrent.futures
import json
import os
import subprocess

from case import Case

AT_A_TIME = 8


def runs() -> int:
    return int(os.environ.get("LAB_CHANCES", "10"))


def is_taken(case: Case) -> bool:
    """Whether the case is run again and again: it must be of one domain."""
    return case.chance or ("LAB_CHANCES" in os.environ
                           and case.run.endswith("<@>")
                           and bool(case.expect.verdict))


def once(words: list[str], limit: float) -> str:
    """What a run says: the verdict, and the findings by their codes."""
    done = subprocess.run(words, text=True, capture_output=True,
                          timeout=limit)
    report = json.loads(done.stdout)
    codes = sorted({finding["code"] for finding in report["findings"]})
    return f"{report['verdict']} ({' '.join(codes)})"


def complaints(words: list[str], verdict: str, limit: float) -> list[str]:
    """What is wrong with what the command WORDS says, again and again."""
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        said = collections.Counter(pool.map(
            lambda _: once(words, limit), range(runs())))
    found = [f"{times} of {said.total()} runs say {what}"
             for what, times in said.most_common()]
    verdicts = {what.split()[0] for what in said}
    return [] if verdicts == {verdict} else found
