"""Join the records of what each contrast method did to each image."""

import pandas as pd

from blastvote.io import write_csv
from blastvote.logs import run_script


def main(snakemake) -> None:
    """Sort by the config's order of methods, then by image."""
    frame = pd.concat([pd.read_csv(path, dtype={"image_id": str}) for path in snakemake.input])
    order = {method: number for number, method in enumerate(snakemake.params.methods)}
    frame["place"] = frame["method"].map(order)
    frame = frame.sort_values(["place", "image_id"]).drop(columns="place")
    write_csv(snakemake.output[0], frame)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
