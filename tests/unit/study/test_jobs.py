"""What a finished study's jobs took, from Snakemake's files."""

import os

import pytest

from benchmarks.study.jobs import busy_share, by_rule, draw, read_jobs, running


@pytest.fixture
def results(tmp_path):
    """Two trainings side by side for 10 s, then one more for 10 s, then tables for 5 s after a pause of 5 s."""
    jobs = [("train/a/seed1/fold0", 10, 100, 9.0), ("train/b/seed1/fold0", 10, 100, 8.0)]
    jobs += [("train/c/seed1/fold0", 10, 110, 9.5), ("tables", 5, 120, 4.0)]
    for name, seconds, end, cpu in jobs:
        path = tmp_path / f"benchmarks/{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\th:m:s\tmax_rss\tio_in\tcpu_time\n{seconds}\t0:00\t{500 + cpu}\t-\t{cpu}\n")
        os.utime(path, (end, end))
    return tmp_path


def test_cost_by_rule(results):
    table = by_rule(read_jobs(results)).set_index("rule")
    assert list(table.index) == ["train", "tables"]
    assert table.loc["train"].tolist() == [3, 26.5, 509.5]
    assert table.loc["tables"].tolist() == [1, 4.0, 504.0]


def test_jobs_running_over_time(results, tmp_path):
    jobs = read_jobs(results)
    times, count = running(jobs)
    assert times.tolist() == [0, 0, 10, 10, 10, 20, 25, 30]
    assert count.tolist() == [1, 2, 1, 0, 1, 0, 1, 0]
    assert busy_share(jobs, 2) == pytest.approx((2 * 10 + 10 + 5) / 60)
    assert busy_share(jobs, 1) == pytest.approx(25 / 30)
    draw(jobs, tmp_path / "jobs.png")
    assert (tmp_path / "jobs.png").stat().st_size > 1000


def test_several_studies_one_after_the_other(results, tmp_path):
    later = tmp_path / "later/benchmarks/tables.tsv"
    later.parent.mkdir(parents=True)
    later.write_text("s\th:m:s\tmax_rss\tio_in\tcpu_time\n5\t0:00\t500\t-\t4\n")
    os.utime(later, (130, 130))
    jobs = read_jobs(results, later.parents[1])
    assert jobs["rule"].tolist() == ["train", "train", "train", "tables", "tables"]
    assert jobs.iloc[-1][["start", "end"]].tolist() == [35, 40]


def test_a_folder_without_a_study(results, tmp_path):
    with pytest.raises(SystemExit, match="no benchmark"):
        read_jobs(results, tmp_path / "none")
