"""Run Snakemake and say in one line where the study is; all that Snakemake and the jobs print goes to a file."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

LOGS = Path(".snakemake", "log")
RESULTS_LINE = "Everything is written below "
ERROR_LINES = 40


class Watch:
    """Follows Snakemake's output line by line.

    Attributes
    ----------
    total, done
        Jobs of the run.
    stages
        Stage (the rule's name up to ``__``) to jobs that are still to do.
    error
        The first lines about what went wrong; empty while all is well.
    """

    def __init__(self) -> None:
        self.total = self.done = 0
        self.stages: Counter[str] = Counter()
        self.running: dict[str, tuple[str, str, str]] = {}
        self.results = Path("results")
        self.error: list[str] = []
        self.nothing_to_do = False
        self._in_error = False

    def feed(self, line: str) -> str | None:
        """Take a line; return the name of a stage that has just been finished."""
        if match := re.match(r"(\w\S*) +(\d+)$", line):
            name, count = match[1], int(match[2])
            if name == "total":
                self.total = count
            elif not self.done:
                self.stages[stage_of(name)] += count
        elif match := re.match(r"Job (\d+): Training .* on (\S+) \(seed (\d+), fold (\d+)\)", line):
            self.running[match[1]] = (match[2], match[3], match[4])
        elif match := re.match(r"Finished jobid: (\d+) \(Rule: (\S+)\)", line):
            self.running.pop(match[1], None)
            self.done += 1
            stage = stage_of(match[2])
            self.stages[stage] -= 1
            return None if self.stages[stage] > 0 else stage
        elif RESULTS_LINE in line:
            self.results = Path(line.partition(RESULTS_LINE)[2].strip())
        self.nothing_to_do |= "Nothing to be done" in line
        self._note_error(line)
        return None

    def _note_error(self, line: str) -> None:
        if re.match(r"(Error|WorkflowError|LockException|\w*Exception|Traceback)", line):
            self._in_error = True
        if self._in_error and len(self.error) < ERROR_LINES:
            self.error.append(line.rstrip())

    def status(self) -> str:
        """Return where the run is: jobs done of all, the stages at work, and every running training."""
        waiting = [f"{name} {count}" for name, count in self.stages.items() if count > 0 and name != "all"]
        head = f"{self.done} of {self.total} jobs done"
        stages = f"; to do: {', '.join(waiting[:4])}{', ...' if len(waiting) > 4 else ''}" if waiting else ""
        trainings = [self._training(*run) for run in self.running.values()]
        return head + stages + "".join(f" | {text}" for text in trainings)

    def _training(self, method: str, seed: str, fold: str) -> str:
        """Return the last thing that a training said of itself: epoch, step, loss, time left."""
        log = self.results / "logs" / "train" / method / f"seed{seed}" / f"fold{fold}.log"
        try:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        for line in reversed(lines):
            if line.startswith("====="):
                break
            if match := re.search(r"epoch \d+/\d+, step .*", line):
                return f"{method}, seed {seed}, fold {fold}: {match[0]}"
        return f"{method}, seed {seed}, fold {fold}: starting"


def stage_of(rule: str) -> str:
    """Return the stage that a rule belongs to: ``enhance__he__batch0`` is of ``enhance``."""
    return rule.partition("__")[0]


def run_snakemake(arguments: Sequence[str], say: Callable[[str], None], every: float = 60.0) -> int:
    """Run ``snakemake`` with these arguments in this folder; return its exit status.

    Parameters
    ----------
    arguments
        Of Snakemake.
    say
        Takes a line for the user: after each stage, and at least once in a while.
    every
        Seconds between two lines while no stage ends, at first (`pause_after`).
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"blastvote-{datetime.now():%Y%m%dT%H%M%S}.log"
    started = last_line = time.monotonic()
    watch, finished = Watch(), threading.Event()

    def tell(text: str) -> None:
        nonlocal last_line
        last_line = time.monotonic()
        say(f"[{timedelta(seconds=round(last_line - started))}] {text}")

    def beat() -> None:
        while not finished.wait(1):
            if watch.total and time.monotonic() - last_line >= pause_after(last_line - started, every):
                tell(watch.status())

    process = subprocess.Popen(
        [sys.executable, "-m", "snakemake", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    threading.Thread(target=beat, daemon=True).start()
    assert process.stdout is not None
    try:
        with path.open("w", encoding="utf-8") as log:
            for stages in joined(_stages(process.stdout, log.write, watch)):
                tell(f"{stages} done; {watch.status()}")
    except KeyboardInterrupt:  # Snakemake has got it too, and ends its jobs
        tell("Stopping; the same command goes on from here.")
    finally:
        finished.set()
        status = process.wait()
    for line in _ending(watch, status, path):
        say(line)
    return status


def pause_after(elapsed: float, every: float) -> float:
    """Return the seconds from a line `elapsed` seconds after the start to the next: a third of them, or `every`.

    So an hour has 13 such lines and a day 24.
    """
    return max(every, elapsed / 3)


def _stages(lines: Iterable[str], write: Callable[[str], object], watch: Watch) -> Iterable[str]:
    for line in lines:
        write(line)
        stage = watch.feed(line.rstrip("\n"))
        if stage and stage != "all":
            yield stage


def joined(
    stages: Iterable[str], pause: float = 5.0, clock: Callable[[], float] = time.monotonic
) -> Iterable[str]:
    """Join the names of stages that end within `pause` seconds after the last line, so that quick ones share a line."""
    waiting: list[str] = []
    said = clock() - pause
    for stage in stages:
        waiting.append(stage)
        if clock() - said >= pause:
            yield ", ".join(waiting)
            waiting, said = [], clock()


def _ending(watch: Watch, status: int, path: Path) -> list[str]:
    if status == 0:
        what = (
            "Nothing to be done: everything is up to date."
            if watch.nothing_to_do
            else f"{watch.done} jobs done."
        )
        return [f"{what} Everything that was printed: {path}"]
    lines = [
        *watch.error,
        f"Stopped after {watch.done} of {watch.total} jobs. Everything that was printed: {path}",
    ]
    if any("locked" in line for line in watch.error):
        lines.append(
            "If no other Snakemake works here, as after a crash: make unlock, then the same command."
        )
    return lines
