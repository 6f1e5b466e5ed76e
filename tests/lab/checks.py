"""The tests that are made of the cases, and running them."""

import concurrent.futures
import dataclasses
import functools
import os
import pathlib
import re
import shlex
import subprocess
import time
import traceback
from collections.abc import Callable

import again
import chance
import changes
import confinement
import courtesy
import crashes
import entrance
import expect
import fairness
import monitoring
import plugin
import report_schema
import runners
import second_opinion
import shortage
import surveys
import validators
import versions
import waiting
from case import Case
from lab import Lab
from tap import Tap

AT_A_TIME = 4
SECOND_TRIES = 8    # where more fail, it is not the machine's fault

# Every way of telling a report; a later --format is the one that counts.
FORMATS = {
    "text": ["--format", "text", "--color", "never"],
    "the trace": ["--format", "text", "--color", "never", "-vv"],
    "json": ["-vv"],
    "junit": ["--format", "junit"],
    "github": ["--format", "github"],
    "tap": ["--format", "tap"],
    "prometheus": ["--format", "prometheus"],
}


@dataclasses.dataclass
class Result:
    complaints: list[str]
    notes: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Test:
    description: str
    run: Callable[[], Result]
    pace: float = 0     # seconds that it waits, more or less
    skip: str = ""      # why it cannot be run here
    elsewhere: bool = False     # but on a system that is newer
    again: bool = True  # if it fails, it is tried once more, by itself

    @property
    def has_second_try(self) -> bool:
        return self.again and not self.skip


def command(lab: Lab, case: Case) -> list[str]:
    options = ["--format", "json", *lab.options]
    if case.allow_reserved:
        options.append("--allow-reserved")
    if case.record:
        options += ["--replay", str(entrance.HERE / "records" / case.record)]
    own = [re.sub(r"^\{(\w+)\}$", lambda server: lab.address(
               case, server[1], 4), word.replace("$LAB", str(lab.work)))
           for word in case.command()]
    return [entrance.mxdane(), *options, *own]


def audit(lab: Lab, case: Case) -> Result:
    """Whether mxdane says what the case expects."""
    record = again.record_file(lab, case)
    words = command(lab, case)
    notes = ["command: " + shlex.join(words)]
    limit = case.expect.within + 20
    if case.output:
        (lab.work / case.output).unlink(missing_ok=True)
    began = time.monotonic()
    try:
        done = subprocess.run([*words, "--record", str(record)],
                              input=case.with_names(case.stdin), text=True,
                              capture_output=True, errors="replace",
                              timeout=limit)
    except subprocess.TimeoutExpired:
        return Result([f"still running after {limit} s"], notes)
    seconds = time.monotonic() - began
    report = done.stdout
    if case.output:
        report += (lab.work / case.output).read_text()
    notes += [f"exit status {done.returncode}, {seconds:.2f} s", report]
    found = expect.check(lab, case, done.returncode, report, done.stderr,
                         seconds)
    found += again.complaints(words, record, done.returncode, report)
    found += changes.after(lab, case, words, record)
    return Result(found + lab.touched(case), notes)


def plugin_command(lab: Lab, case: Case) -> list[str]:
    return [str(monitoring.plugin()), "-vv", *lab.options, "-H",
            case.plain("@")]


def show_safely(lab: Lab, case: Case, words: list[str]) -> Result:
    """Whether what a terminal or a program would obey is in no output."""
    own = runners.OWN.get(words[-1], ())
    done = subprocess.run(words, capture_output=True, timeout=30)
    found = [f"standard {name}: {complaint}"
             for name, complaints in (
                 ("output", expect.unsafe(done.stdout, own)),
                 ("error", expect.unsafe(done.stderr)))
             for complaint in complaints]
    if not done.stdout:
        found.append("there is no output")
    return Result(found, ["command: " + shlex.join(words)])


def take_chances(lab: Lab, case: Case) -> Result:
    """Whether the verdict is the same whichever name server is asked."""
    return Result(chance.complaints(
        command(lab, case), case.expect.verdict, case.expect.within + 20))


def ask_finger(finger: second_opinion.Finger, case: Case) -> Result:
    """Whether posttls-finger says what the case says it does."""
    return Result(*finger.hear(case))


def ask_validators(peers: validators.Validators, case: Case) -> Result:
    """Whether named and unbound see the DNS as the case says it is."""
    return Result(*peers.hear(case))


def why_not(lab: Lab, case: Case) -> str:
    """Why a case cannot be tried here; "" if it can."""
    for server in case.server.values():
        if server.does in lab.missing:
            return lab.missing[server.does]
    for name in case.resolvers():
        if name in lab.missing_resolvers:
            return lab.missing_resolvers[name]
    return ""


def of_case(lab: Lab, case: Case, finger: second_opinion.Finger,
            peers: validators.Validators) -> list[Test]:
    """The audit, and what else is done about it."""
    found = [Test(f"{case.name}: {case.shows}",
                  functools.partial(audit, lab, case),
                  case.expect.within if "--timeout" in case.run else 0,
                  again=not case.then)]
    if case.hostile:
        found += [Test(f"{case.name}: {name} shows it safely",
                       functools.partial(show_safely, lab, case, words))
                  for name, words in (
                      *((name, command(lab, case) + options)
                        for name, options in FORMATS.items()),
                      ("the plugin", plugin_command(lab, case)))]
    if chance.is_taken(case):
        found.append(Test(f"{case.name}: {chance.runs()} runs say the same",
                          functools.partial(take_chances, lab, case), 10,
                          again=False))
    if second_opinion.questions(lab, case):
        differs = case.posttls_finger_differs
        found.append(Test(f"{case.name}: posttls-finger "
                          + (f"differs: {differs}" if differs else "agrees"),
                          functools.partial(ask_finger, finger, case)))
    if validators.questions(case):
        differ = "".join(f"; {who} differs: {why}"
                         for who, why in case.validators.items())
        found.append(Test(f"{case.name}: named and unbound agree{differ}",
                          functools.partial(ask_validators, peers, case),
                          validators.pace(case), peers.why_not()))
    for test in found:
        lacking = versions.lacking(case.needs)
        test.skip = test.skip or lacking or why_not(lab, case)
        test.elsewhere = bool(lacking)
    return found


def of_monitoring(lab: Lab) -> list[Test]:
    """check_mxdane in Icinga and Nagios, where their domains are there."""
    if not monitoring.has_domains(lab):
        return []
    return [Test(f"check_mxdane: {what}",
                 lambda tried=tried: Result(tried(lab), []), pace,
                 monitoring.why_not(lab, package))
            for what, tried, package, pace in (
                ("Icinga 2 takes its example, and records what it says",
                 monitoring.try_icinga, "icinga", monitoring.PATIENCE),
                ("Nagios takes its example",
                 monitoring.try_nagios, "nagios", 0))]


def summarise_once(lab: Lab, case: Case) -> Result:
    """GitHub's summary has a table of the last try alone (--wait)."""
    summary = lab.work / "summary.md"
    summary.unlink(missing_ok=True)
    words = command(lab, case) + ["--format", "github", "--dns-only",
                                  "--wait", "1", "--expect", "3 1 1 00"]
    subprocess.run(words, capture_output=True, timeout=30,
                   env=os.environ | {"GITHUB_STEP_SUMMARY": str(summary)})
    tables = summary.read_text().count("### DANE for ")
    return Result([] if tables == 1 else [f"{tables} tables"])


def tell_once(lab: Lab, case: Case) -> Result:
    """A domain that is named twice makes no series, and no suite, twice."""
    words = command(lab, case) + [case.plain("@").upper() + "."]
    found = []
    for name, prefix in ("prometheus", "mxdane_"), ("junit", "  <testsuite "):
        done = subprocess.run(words + ["--format", name], text=True,
                              capture_output=True, timeout=30)
        series = [line.rpartition(" ")[0] if name == "prometheus" else line
                  for line in done.stdout.splitlines()
                  if line.startswith(prefix)]
        if not series or len(series) != len(set(series)):
            found.append(f"{name}: {len(series)} times {len(set(series))}")
    return Result(found)


def through_pipes(words: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Runs with the files that options name as pipes: --chain <(cat FILE)."""
    words, pipes = list(words), []
    for i, word in enumerate(words):
        if word in ("--chain", "--root-hints", "--trust-anchor"):
            reader, writer = os.pipe()
            os.write(writer, pathlib.Path(words[i + 1]).read_bytes())
            os.close(writer)
            words[i + 1] = f"/dev/fd/{reader}"
            pipes.append(reader)
    try:
        return subprocess.run(words, capture_output=True, timeout=30,
                              pass_fds=pipes)
    finally:
        for pipe in pipes:
            os.close(pipe)


def read_once(lab: Lab, case: Case) -> Result:
    """All resolvers of a run (--authoritative), and all tries (--wait)."""
    words = command(lab, case) + ["--authoritative"]
    once = through_pipes(words)
    twice = through_pipes(words + ["--wait", "3", "--expect", "3 1 1 00"])
    found = []
    if once.returncode != 0:
        found.append(f"exit status {once.returncode}: {once.stderr!r}")
    if twice.returncode != 1 or b"try 2: fail" not in twice.stderr:
        found.append(f"--wait: exit status {twice.returncode}: "
                     f"{twice.stderr!r}")
    return Result(found, ["command: " + shlex.join(words)])


def of_files(lab: Lab) -> list[Test]:
    """What a user's files may be."""
    case = lab.cases.get("chain-covered")
    return [] if case is None else [
        Test("files that options name may be pipes: they are read once",
             functools.partial(read_once, lab, case), 1)]


def of_changes(lab: Lab) -> list[Test]:
    """What is told of an earlier run that was not quite the same."""
    case = lab.cases.get("usage-3-key")
    return [] if case is None else [
        Test(f"--since tells of {what}", lambda plant=plant: Result(
            changes.try_plant(command(lab, case), lab.work, plant)))
        for what, plant in changes.PLANTS.items()]


def of_workers(lab: Lab) -> list[Test]:
    """What becomes of a run whose workers die."""
    return [Test(f"workers: {what}",
                 lambda tried=tried: Result(tried(lab), []), pace)
            for what, tried, pace in crashes.tests(lab)]


def of_plugin(lab: Lab) -> list[Test]:
    """What check_mxdane says of domains of all kinds."""
    return [Test(f"check_mxdane: {what}",
                 lambda tried=tried: Result(tried(lab), []), pace)
            for what, tried, pace in plugin.tests(lab)]


def of_shortage(lab: Lab) -> list[Test]:
    """What becomes of a run that may have few descriptors."""
    return [Test(f"few descriptors: {what}",
                 lambda tried=tried: Result(tried(lab), []), pace)
            for what, tried, pace in shortage.tests(lab)]


def of_lists(lab: Lab) -> list[Test]:
    """What the domains of a list take from each other, and from the name
    servers that they share."""
    return [Test(f"lists: {what}", lambda tried=tried: Result(tried(lab), []),
                 pace) for what, tried, pace
            in fairness.tests(lab) + courtesy.tests(lab)
            + surveys.tests(lab)]


def of_confinement(lab: Lab) -> list[Test]:
    """What the programs can still do while they audit."""
    return [Test(f"confinement: {what}",
                 lambda tried=tried: Result(tried(lab), []), pace)
            for what, tried, pace in confinement.tests(lab)]


def of_waiting(lab: Lab) -> list[Test]:
    """What --wait tells of when a signal ends it."""
    return [Test(f"--wait: {what}",
                 lambda tried=tried: Result(tried(lab), []), pace)
            for what, tried, pace in waiting.tests(lab)]


def of_writers(lab: Lab) -> list[Test]:
    """What some formats have beyond a report of one domain."""
    case = lab.cases.get("usage-3-key")
    return [] if case is None else [
        Test("--format github: one table, whatever --wait tries",
             functools.partial(summarise_once, lab, case), 1),
        Test("prometheus and junit tell a domain once",
             functools.partial(tell_once, lab, case))]


def outcome(running: concurrent.futures.Future) -> Result:
    """Of a test that went wrong itself, where: the others still count."""
    error = running.exception()
    if error is None:
        return running.result()
    return Result(["the test itself failed"],
                  traceback.format_exception(error))


def tell(tap: Tap, test: Test, result: Result, verbose: bool) -> None:
    tap.result(test.description, result.complaints)
    if result.complaints or verbose:
        tap.notes(result.notes)


def try_again(tap: Tap, test: Test, first: Result) -> Result:
    """By itself: what a busy machine alone made fail is told as such."""
    try:
        second = test.run()
    except Exception as error:
        return Result(["the test itself failed"],
                      traceback.format_exception(error))
    if not second.complaints:
        tap.notes([f"second try: {test.description}", *first.complaints])
    return second


def run_all(lab: Lab, tap: Tap, verbose: bool, no_skip: bool) -> None:
    """Those that wait begin first; results are told in order, but for those
    that failed, which are told last."""
    finger = second_opinion.Finger(lab)
    finger.start()
    peers = validators.Validators(lab)
    peers.start()
    tests = [test for case in lab.cases.values()
             for test in of_case(lab, case, finger, peers)]
    tests += of_writers(lab) + of_files(lab) + of_changes(lab)
    tests += of_waiting(lab)
    tests += of_workers(lab) + of_lists(lab) + of_shortage(lab)
    tests += of_confinement(lab) + of_plugin(lab) + of_monitoring(lab)
    tap.plan(len(tests))
    if report_schema.why_not():
        tap.notes([f"no report is held against {report_schema.FILE}: "
                   + report_schema.why_not()])
    failed = []
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        running = {id(test): pool.submit(test.run) for test
                   in sorted(tests, key=lambda test: -test.pace)
                   if not test.skip}
        for test in tests:
            if test.skip and (test.elsewhere or not no_skip):
                tap.skip(test.description, test.skip)
                continue
            result = (Result([test.skip]) if test.skip
                      else outcome(running[id(test)]))
            if result.complaints and test.has_second_try:
                failed.append((test, result))
            else:
                tell(tap, test, result, verbose)
    for test, first in failed:
        tell(tap, test, try_again(tap, test, first) if len(failed) <=
             SECOND_TRIES else first, verbose)
