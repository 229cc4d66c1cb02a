"""Join the records of what each contrast method did to each image; remove what is left of removed images."""

from pathlib import Path

import pandas as pd

from blastvote.io import read_json, write_csv
from blastvote.logs import run_script
from blastvote.study.stale import remove_others


def main(snakemake) -> None:
    """Sort by the config's order of methods, then by image."""
    params, paths = snakemake.params, [Path(path) for path in snakemake.input]
    frame = pd.DataFrame([record for path in paths for record in read_json(path)])
    order = {method: number for number, method in enumerate(params.methods)}
    frame["place"] = frame["method"].map(order)
    frame = frame.sort_values(["place", "image_id"]).drop(columns="place")
    for method, rows in frame.groupby("method"):
        records = [path for path in paths if path.parent.name == method]
        remove_others(records[0].parent, {path.name for path in records})
        remove_others(Path(params.enhanced, method), {f"{image_id}.png" for image_id in rows["image_id"]})
        remove_others(Path(params.flipped, method), {path.stem for path in records})
    write_csv(snakemake.output[0], frame)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
