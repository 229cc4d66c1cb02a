"""Planning grows with the number of images, not with its square: function calls are counted, not seconds."""

import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.study.planning import make_study

COUNTED = """
import cProfile, sys
from snakemake.cli import main
profile = cProfile.Profile(builtins=False)
try:
    profile.runcall(main, sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
finally:
    print(sum(entry.callcount for entry in profile.getstats()), file=sys.stderr)
"""


HASHED = """
import hashlib, sys
from snakemake.cli import main
calls, digest = [], hashlib.file_digest
hashlib.file_digest = lambda file, *rest: calls.append(file.name) or digest(file, *rest)
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
finally:
    print(*{"matplotlib", "scipy", "numba", "tensorflow"} & set(sys.modules), len(calls), file=sys.stderr)
"""


OTHER_SNAKEMAKE = """
from snakemake.io import _IOFile
checksum = _IOFile.checksum
_IOFile.checksum = lambda *arguments, **options: checksum(*arguments, **options)
"""


@pytest.mark.parametrize(("before", "most"), [("", 24), (OTHER_SNAKEMAKE, 999)], ids=["ours", "fallback"])
def test_a_batch_is_hashed_once_and_nothing_heavy_is_loaded(
    before: str, most: int, tmp_path: Path, repo_root: Path
) -> None:
    """`hash_inputs_once` replaces a private method of Snakemake; where there is another, all works, slower."""
    config = make_study(tmp_path, 12, seeds=1)
    command = [
        *(sys.executable, "-c", before + HASHED, "--quiet", "all", "--cores", "2", "--scheduler", "greedy"),
        *("--snakefile", str(repo_root / "Snakefile"), "--directory", str(tmp_path)),
        *("--configfile", str(config), "--config", "methods=[none]", "evaluation={confusion_method: none}"),
        *("--", "results/enhanced/none/cell_00000.png"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(list((tmp_path / "results/enhanced/none").iterdir())) == 12
    *heavy, hashed = done.stderr.splitlines()[-1].split()
    # 12 photographs; 156 times without our remedy
    assert int(hashed) <= most, "Snakemake's `_IOFile.checksum` changed: see hash_inputs_once in common.smk"
    assert bool(before) == (int(hashed) > 24), "Snakemake hashes once by itself: hash_inputs_once can go"
    assert not heavy, "every job of a cluster would load it twice before its work begins"


SEARCHED = """
import sys
from snakemake.cli import main
from snakemake.output_index import OutputIndex
files, search = [], OutputIndex.match_producers
OutputIndex.match_producers = lambda index, file: files.append(str(file)) or search(index, file)
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
finally:
    print(len(files), len(set(files)), file=sys.stderr)
"""


OTHER_DAG = """
import snakemake.cli
from snakemake.dag import DAG
add_job = DAG.update_
DAG.update_ = lambda *arguments, **options: add_job(*arguments, **options)
"""


@pytest.mark.parametrize("before", ["", OTHER_DAG], ids=["ours", "fallback"])
def test_the_producer_of_a_file_is_looked_for_once(before: str, tmp_path: Path, repo_root: Path) -> None:
    """`find_producers_once` replaces a method of Snakemake; where there is another, all works, slower."""
    config = make_study(tmp_path, 12, seeds=20)
    command = [
        *(sys.executable, "-c", before + SEARCHED, "-n", "--quiet", "all", "--cores", "2"),
        *("--snakefile", str(repo_root / "Snakefile"), "--directory", str(tmp_path)),
        *("--configfile", str(config), "--config", "methods=[none]", "evaluation={confusion_method: none}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr[-2000:]
    searches, files = map(int, done.stderr.splitlines()[-1].split())
    # a file that two jobs need which are planned one within the other is looked for by both
    assert (searches < 2 * files) == (not before), (
        f"{searches} searches for {files} files: see find_producers_once"
    )


@pytest.mark.slow
def test_planning_grows_almost_linearly(tmp_path: Path, repo_root: Path) -> None:
    def calls(images: int) -> int:
        folder = tmp_path / str(images)
        folder.mkdir()
        config = make_study(folder, images, seeds=1)
        command = [
            *(sys.executable, "-c", COUNTED, "-n", "--quiet", "all", "--cores", "2", "--scheduler", "greedy"),
            *("--snakefile", str(repo_root / "Snakefile"), "--directory", str(folder)),
            *("--configfile", str(config)),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        assert done.returncode == 0, done.stderr[-2000:]
        return int(done.stderr.split()[-1])

    few, many = calls(1000), calls(3000)
    exponent = math.log(many / few) / math.log(3)
    assert exponent < 1.2, f"{few} calls for 1,000 images, {many} for 3,000: exponent {exponent:.2f}"
