"""Time and memory of the steps that touch every photograph: import and check, contrast, flips.

Makes photographs (simulated smears, enlarged, with noise; ten cells each) and runs each step in a process of its own,
by the workflow's own scripts. The growth is what one more photograph costs: a step that holds all of them shows it.

Usage: ``python benchmarks/dataset/large_study.py [--photographs 6 24] [--size 3872 2592] [--steps check flip eff ...]``
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import runpy
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SMALL = 640
"""Width in pixels at which a smear is simulated before it is enlarged."""
CONTRAST = ("none", "he", "dhe", "clahe", "eff")
READING = {"exif": "apply", "white_level": 65535}
STEPS = ("check", "flip", "flipped_annotations", *CONTRAST)


def photographs(folder: Path, count: int, size: tuple[int, int], kind: str) -> None:
    """Write photographs of a size (W, H) and their VIA file."""
    from blastvote.io import write_image, write_json
    from blastvote.simulate import SimulationSettings, image_ids, simulate_id
    from blastvote.simulate.via import merge_via, via_entry

    width, height = size
    scale = width / SMALL
    settings = SimulationSettings(
        width=SMALL,
        height=round(height / scale),
        images_per_class=-(-count // 3),
        cells=(10, 10),
        image_format=kind,
    )
    rng = np.random.default_rng(0)
    entries = []
    for image_id in image_ids(settings)[:count]:
        smear = simulate_id(image_id, settings)
        large = cv2.resize(smear.image, size, interpolation=cv2.INTER_CUBIC).astype(np.int16)
        # One field of noise for all colours, moved about: made anew, it would take longer than the check.
        noise = rng.integers(-9, 10, (height // 3 + 1, width // 3 + 1, 1), dtype=np.int16)
        large += np.tile(noise, (3, 3, 1))[:height, :width]
        path = folder / "photos" / f"{image_id}.{kind}"
        write_image(path, np.clip(large, 0, 255).astype(np.uint8), quality=92)
        entry = via_entry(path.name, path.stat().st_size, smear.masks, smear.class_names, {})
        for region in entry[next(iter(entry))]["regions"]:
            shape = region["shape_attributes"]
            for axis in ("all_points_x", "all_points_y"):
                shape[axis] = [round(value * scale, 1) for value in shape[axis]]
        entries.append(entry)
    write_json(folder / "via.json", merge_via(entries))
    (folder / "count.txt").write_text(str(count), encoding="utf-8")


def script(name: str, **snakemake: object) -> None:
    """Run the main function of one of the workflow's scripts."""
    main = runpy.run_path(str(ROOT / "workflow/scripts" / name))["main"]
    main(SimpleNamespace(threads=1, **snakemake))


def run_step(step: str, folder: Path, threads: int) -> None:
    """Run one step in this process."""
    import pandas as pd

    paths = sorted((folder / "photos").iterdir())
    ids = [path.stem for path in paths]
    out = folder / "out"
    if step == "check":
        from blastvote.cli import main

        words = ["check", str(folder / "photos"), "--annotations", str(folder / "via.json")]
        assert main([*words, "--out", str(out / "check"), "--threads", str(threads)]) == 0
    elif step in CONTRAST:
        targets = [out / step / f"{image_id}.png" for image_id in ids]
        parameters = SimpleNamespace(variant={"function": step}, method=step, image_ids=ids, reading=READING)
        output = SimpleNamespace(images=targets, record=out / f"{step}.csv")
        script("contrast/enhance.py", params=parameters, input=paths, output=output)
    else:
        splits = folder / "splits.csv"
        rows = [(i, 0, "train", flip) for i in ids for flip in ("none", "horizontal", "vertical")]
        pd.DataFrame(rows, columns=["image_id", "fold", "role", "flip"]).to_csv(splits, index=False)
        if step == "flip":
            files = SimpleNamespace(splits=splits, images=paths)
            target = out / f"flip{len(ids)}_{time.time_ns()}"
            script("contrast/flip.py", params=SimpleNamespace(image_ids=ids), input=files, output=[target])
        else:
            files = SimpleNamespace(splits=splits, annotations=coco(folder, paths))
            classes = SimpleNamespace(classes=["L1", "L2", "L3"])
            script(
                "contrast/flipped_annotations.py", params=classes, input=files, output=[out / "flipped.json"]
            )


def coco(folder: Path, paths: list[Path]) -> Path:
    """Write the data set's COCO file; sizes come from the first photograph."""
    from blastvote import rle
    from blastvote.annotations import read_annotations
    from blastvote.dataset.coco import write_coco
    from blastvote.dataset.truth import TrueCell, TrueImage
    from blastvote.io import image_size

    target = folder / "annotations.json"
    width, height = image_size(paths[0])
    images = []
    for name, annotation in read_annotations(folder / "via.json").images.items():
        cells = tuple(
            TrueCell(str(c.class_name), rle.encode(c.mask(height, width))) for c in annotation.cells
        )
        images.append(TrueImage(Path(name).stem, name, width, height, cells))
    write_coco(target, images, ["L1", "L2", "L3"])
    return target


def peak_mb() -> float:
    """Return the peak of this process; ``ru_maxrss`` would begin with that of the process which started this one."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measured(step: str, folder: Path, threads: int) -> dict[str, float]:
    """Run one step in a process of its own; return its seconds and its peak memory in MB."""
    words = [sys.executable, __file__, "--step", step, "--folder", str(folder), "--threads", str(threads)]
    done = subprocess.run(words, capture_output=True, text=True, env=os.environ, check=False)
    if done.returncode:
        raise SystemExit(f"{step}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure all steps with each number of photographs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photographs", type=int, nargs="+", default=[6, 24])
    parser.add_argument("--size", type=int, nargs=2, default=(3872, 2592), metavar=("W", "H"))
    parser.add_argument("--steps", nargs="+", default=STEPS, choices=STEPS)
    parser.add_argument("--kind", default="jpg", choices=("jpg", "png"))
    parser.add_argument("--threads", type=int, default=2, help="of the check")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument(
        "--folder", type=Path, help="keep the photographs here; those of an earlier call are taken"
    )
    options = parser.parse_args()
    if options.step:
        start = time.perf_counter()
        run_step(options.step, options.folder, options.threads)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        numbers = {"wall": time.perf_counter() - start, "cpu": usage.ru_utime + usage.ru_stime}
        print(json.dumps(numbers | {"peak": peak_mb()}))
        return
    print(
        "| step | photographs | wall s | CPU s | CPU ms a photograph | peak MB |\n|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as temporary:
        for count in options.photographs:
            folder = (options.folder or Path(temporary)) / f"{count}_{options.size[0]}_{options.kind}"
            if not (folder / "count.txt").is_file():
                (folder / "photos").mkdir(parents=True, exist_ok=True)
                photographs(folder, count, tuple(options.size), options.kind)
            for step in options.steps:
                one = measured(step, folder, options.threads)
                each = one["cpu"] * 1000 / count
                print(
                    f"| {step} | {count} | {one['wall']:.1f} | {one['cpu']:.1f} | {each:.0f} | {one['peak']:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
