"""Add a cell check to a file that `ship.py` wrote. Nothing is measured anew, and all else in the file stays as it is.

python pretraining/add_cell_check.py --check check.npz --file src/blastvote/weights/starter_resnet18_half.weights.h5
"""

import argparse
from pathlib import Path

from ship import read_cell_network

from blastvote.segmentation.weights.model_file import add_cell_check, read_model


def main() -> None:
    """Read the weights, see that they fit, add them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", type=Path, required=True, help="weights of the cell check, .npz")
    parser.add_argument("--file", type=Path, required=True)
    options = parser.parse_args()
    classes = len(read_model(options.file).classes)
    _, arrays = read_cell_network(options.check, classes + 1)
    add_cell_check(options.file, arrays)


if __name__ == "__main__":
    main()
