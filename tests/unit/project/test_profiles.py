"""The profile that is always loaded never overrides the cluster's."""

from pathlib import Path

import yaml


def test_what_both_profiles_say_is_the_same(repo_root: Path) -> None:
    default, slurm = (
        yaml.safe_load((repo_root / f"profiles/{name}/profile.yaml").read_text(encoding="utf-8"))
        for name in ("default", "slurm")
    )
    assert {key: slurm.get(key) for key in default} == default


def test_no_profile_sets_resources_of_single_rules(repo_root: Path) -> None:
    """`--set-resources` on the command line would replace the whole block: they stand in config `cluster`."""
    for path in (repo_root / "profiles").glob("*/profile.yaml"):
        assert "set-resources" not in yaml.safe_load(path.read_text(encoding="utf-8"))
