#!/bin/sh
# Make an environment with the peers of benchmarks/contrast/speed.py in the folder $1, and print its Python.
set -eu
python3 -m venv "$1"
"$1/bin/pip" install --quiet numpy scipy pillow opencv-python-headless scikit-image
echo "$1/bin/python"
