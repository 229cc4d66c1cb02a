"""What each idea behind the speed of `mrcnn` is worth: the network as it is, and without one idea at a time.

    python benchmarks/network/ablation.py [--case r101-256] [--rounds 3] [--only NAME ...]

Each figure is a fresh process with two threads, and the whole network takes its turn before each changed one, so that
a change of the machine's speed meets both. Times are medians; the ratio is that of each pair.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import ideas

HERE = Path(__file__).resolve().parent


def child(case: str, work: str, change: str) -> dict[str, float]:
    """Measure one variant in a process of its own; an exception's last line where it cannot run."""
    command = [sys.executable, __file__, "--child", change, "--case", case, "--work", work]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no output"])[-1])
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_child(case_name: str, work: str, change: str) -> None:
    """Apply the change, measure, print JSON."""
    if change == "no_onednn":
        ideas.no_onednn()
    sys.path.insert(0, str(HERE))
    from case import CASES, measure
    from ours import infer, step

    if change != "no_onednn":
        getattr(ideas, change)()
    case = CASES[case_name]
    precision = "bfloat16" if change == "bfloat16" else "float32"
    action, _ = (step if work == "step" else infer)(case, precision)
    print(json.dumps(measure(action, 5)))


def compare(case: str, work: str, change: Callable[[], None], rounds: int) -> str:
    """Return a row of the table."""
    sentence = (change.__doc__ or "").split("\n")[0].rstrip(".")
    try:
        pairs = [(child(case, work, "whole"), child(case, work, change.__name__)) for _ in range(rounds)]
    except RuntimeError as error:
        return f"| {work} | {sentence} | does not run: {error} | | | | |"
    medians = {
        key: [statistics.median(pair[side][key] for pair in pairs) for side in (0, 1)]
        for key in ("wall", "cpu", "first", "peak_gb")
    }
    ratios = [statistics.median(b[key] / a[key] for a, b in pairs) for key in ("wall", "cpu")]
    cells = [work, sentence, *(f"{a:.2f} -> {b:.2f}" for a, b in (medians["wall"], medians["cpu"]))]
    cells += [f"{ratios[0]:.2f} / {ratios[1]:.2f}"]
    cells += [f"{a:.1f} -> {b:.1f}" for a, b in (medians["first"], medians["peak_gb"])]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure and print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", default="r101-256")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="names of functions in ideas.py")
    parser.add_argument("--work", choices=["step", "infer"])
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run_child(options.case, options.work, options.child)
        return
    print(
        "| work | changed | wall s: as it is -> changed | CPU s | ratio wall / CPU | first call s | peak GB |"
    )
    print("|---|---|---|---|---|---|---|")
    for work, changes in (("step", ideas.STEP), ("infer", ideas.INFER)):
        for change in changes:
            chosen = options.only is None or change.__name__ in options.only
            if chosen and options.work in (None, work):
                print(compare(options.case, work, change, options.rounds), flush=True)


if __name__ == "__main__":
    main()
