"""Long lists: parts of them, in which order, and what is left after a crash.

The domains are names below one of the lab's that do not exist, and the lab's
own among them, so that thousands take a few seconds.
"""

import collections
import json
import os
import pathlib
import random
import signal
import subprocess
import time

import entrance
from lab import Lab

CASE = "usage-3-key"
DOMAINS = 600
SHARDS = 3
KILLS = 50
PATIENCE = 120          # seconds, for any run


def has_domain(lab: Lab) -> bool:
    return CASE in lab.cases


def domains(lab: Lab, count: int = DOMAINS) -> list[str]:
    existing = lab.cases[CASE].plain("@")
    return [existing if number % 50 == 0 and number < 50 else
            f"d{number}.{existing}" for number in range(count)]


def listed(lab: Lab, name: str, names: list[str]) -> pathlib.Path:
    file = lab.work / f"{name}.domains"
    file.write_text("".join(f"{each}\n" for each in names))
    return file


def command(lab: Lab, file: pathlib.Path, *more: str) -> list[str]:
    return [entrance.mxdane(), *lab.options, "--allow-reserved", "--dns-only",
            "--format", "json", "-f", str(file), *more]


def run(words: list[str]) -> subprocess.CompletedProcess:
    return subprocess.run(words, text=True, capture_output=True,
                          timeout=PATIENCE)


def reported(text: str) -> list[str]:
    return [json.loads(line)["domain"] for line in text.splitlines()]


def differences(found: list[str], wanted: list[str]) -> list[str]:
    """What is there too often, or not at all."""
    counts = collections.Counter(found)
    counts.subtract(wanted)
    return [f"{name}: {'missing' if count < 0 else 'too often'}"
            for name, count in counts.items() if count][:5]


def share(lab: Lab) -> list[str]:
    """Each domain is in one shard, whichever list it is in."""
    names = domains(lab)
    file = listed(lab, "shards", names)
    parts = [reported(run(command(lab, file, "--shard",
                                  f"{i}/{SHARDS}")).stdout)
             for i in range(1, SHARDS + 1)]
    found = differences(sum(parts, []), names)
    found += [f"shard {i} has {len(part)} of {len(names)}"
              for i, part in enumerate(parts, 1)
              if not 0.5 < len(part) * SHARDS / len(names) < 1.5]
    again = listed(lab, "shards-again", parts[0][::-1])
    found += differences(reported(run(command(
        lab, again, "--shard", f"1/{SHARDS}")).stdout), parts[0])
    empty = run(command(lab, again, "--shard", f"2/{SHARDS}"))
    if (empty.stdout, empty.returncode) != ("", 0) or (
            "no domain in the list that is in this shard"
            not in empty.stderr):
        found.append(f"an empty shard: {empty}")
    return found


def mix(lab: Lab) -> list[str]:
    """--unordered: what waits for a time-out comes after what does not."""
    names = [lab.cases["timeout-silent"].plain("@"), *domains(lab, 100)]
    file = listed(lab, "unordered", names)
    words = [*command(lab, file, "--timeout", "3"), "--unordered"]
    words.remove("--dns-only")
    found = reported(run(words).stdout)
    if found[-1:] != names[:1]:
        return [f"the last one is {found[-1:]}", *differences(found, names)]
    return differences(found, names)


def kill_again_and_again(words: list[str], seed: int) -> int:
    """Until one run gets to its end, whose exit status it is."""
    chance = random.Random(seed)
    for _ in range(KILLS):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        time.sleep(chance.uniform(0, 0.3))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return run(words).returncode


def resume(lab: Lab) -> list[str]:
    """After 50 kills the reports are those of the list, each once and whole."""
    names = domains(lab, 4 * DOMAINS)
    file = listed(lab, "resumed", names)
    output = lab.work / "resumed.json"
    output.unlink(missing_ok=True)
    words = command(lab, file, "--resume", "-o", str(output))
    status = kill_again_and_again(words, 1)
    found = differences(reported(output.read_text()), names)
    if status != 1:
        found.append(f"exit status {status}: domains do not exist")
    before = output.read_bytes()
    output.write_bytes(before + b'{"domain":"d1.exa')
    done = run(words)
    if (output.read_bytes(), done.returncode) != (before, 1):
        found.append("when nothing is left to do but to remove a line that "
                     f"is cut off: {done}")
    return found + resume_of_others(lab, words, output)


def resume_of_others(lab: Lab, words: list[str],
                     output: pathlib.Path) -> list[str]:
    """A file that is something else is refused, and stays as it is."""
    found = []
    for text in "not json\n", "[]\n{}\n", '{"verdict":"pass"}\n':
        output.write_text(text)
        done = run(words)
        if (done.returncode, output.read_text()) != (64, text) or (
                f"{output}, line 1: " not in done.stderr):
            found.append(f"{text!r}: {done}")
    output.unlink()
    return found


def counted(text: str) -> dict:
    """What --summary is to say of these reports, added up anew."""
    reports = [json.loads(line) for line in text.splitlines()]
    verdicts = dict.fromkeys(("pass", "fail", "unknown", "none", "partial"),
                             0)
    findings, records = collections.Counter(), collections.Counter()
    hosts = collections.defaultdict(collections.Counter)
    for report in reports:
        verdicts[report["verdict"]] += 1
        findings.update(each["code"] for each in report["findings"])
        for host in report["hosts"]:
            records.update("{usage} {selector} {matching_type}".format(**each)
                           for each in host["tlsa"]["records"])
            hosts[host["name"]].update([host["verdict"]]
                                       if host["verdict"] else [])
    return {"domains": len(reports), "verdicts": verdicts,
            "findings": dict(findings), "records": dict(records),
            "mx_hosts": {name: dict(each) for name, each in hosts.items()},
            "mx_hosts_left_out": 0}


def added(left, right):
    """The sum of two summaries."""
    if isinstance(left, int):
        return left + right
    return {key: added(left[key], right[key]) if key in left and key in right
            else left.get(key, right.get(key)) for key in left | right}


def sum_up(lab: Lab) -> list[str]:
    """The numbers of --summary are those of the reports; sums of them, too."""
    names = [*domains(lab, 60), *(case.plain("@") for case
                                  in lab.cases.values())][:150] * 2
    file, summary = listed(lab, "summed", names), lab.work / "summary.json"
    found, parts, reports = [], [], ""
    for shard in "1/2", "2/2":
        done = run(command(lab, file, "--summary", str(summary), "--shard",
                           shard))
        whole = json.loads(summary.read_text())
        wanted = counted(done.stdout)
        parts.append({key: whole[key] for key in wanted})
        reports += done.stdout
        if parts[-1] != wanted:
            found.append(f"{shard}: {parts[-1]} and not {wanted}")
        if not (whole["complete"] and whole["command"][0] == entrance.mxdane()
                and whole["began_at"] <= whole["ended_at"]):
            found.append(f"{shard}: {whole}")
    if added(*parts) != counted(reports):
        found.append(f"{parts[0]} and {parts[1]} are not {counted(reports)}")
    return found


def tests(lab: Lab) -> list[tuple]:
    if not has_domain(lab):
        return []
    found = [("--shard shares a list out", share, 0),
             ("--summary counts what the reports have", sum_up, 5),
             (f"--resume completes what {KILLS} kills left", resume, 60)]
    if "timeout-silent" in lab.cases:
        found.append(("--unordered does not wait for others", mix, 5))
    return found
