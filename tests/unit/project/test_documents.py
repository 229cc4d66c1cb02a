"""Documents link to files that exist and name no path of a machine."""

import re
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[3]
DOCUMENTS = [
    p for p in REPO.rglob("*.md") if not {".venv", "results", ".snakemake"} & set(p.relative_to(REPO).parts)
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPO)))
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [link for link in links if link and "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPO)))
def test_no_path_of_a_machine(document: Path) -> None:
    assert (
        re.findall(r"(?<![\w.])/(?:home|root|work|tmp/w|Users)/", document.read_text(encoding="utf-8")) == []
    )


def test_every_config_key_is_in_the_schema_and_every_example_is_valid() -> None:
    import yaml

    from blastvote.study.configuration.config import validate_config

    default = yaml.safe_load((REPO / "config/config.yaml").read_text(encoding="utf-8"))

    def merged(base: dict, changes: dict) -> dict:
        return base | {
            key: merged(base[key], value)
            if isinstance(value, dict) and isinstance(base.get(key), dict)
            else value
            for key, value in changes.items()
        }

    examples = [REPO / "config/paper.yaml", *sorted((REPO / "config/examples").glob("*.yaml"))]
    for example in examples:
        config = merged(default, yaml.safe_load(example.read_text(encoding="utf-8")))
        config["dataset"]["images"] = config["dataset"]["images"] or "smears"
        validate_config(config, REPO / "workflow/schemas/config.schema.yaml")


PAGES = [
    *("README.md", "CONTRIBUTING.md"),
    *(
        path.relative_to(REPO).as_posix()
        for path in sorted(REPO.glob("docs/*.md"))
        if path.stem != "annotation_tools"
    ),
]
"""Documents in which a path in backticks is one of this checkout, of its library, or of a study's results."""


@pytest.mark.parametrize("name", PAGES)
def test_files_that_are_named_exist(name: str) -> None:
    paths = re.findall(
        r"`([\w./-]+/[\w./-]*\w\.(?:py|yaml|smk|md|toml))`", (REPO / name).read_text(encoding="utf-8")
    )
    roots = (
        REPO,
        REPO / "src/blastvote",
        REPO / "src",
        REPO / "src/blastvote/evaluate",
        REPO / "src/blastvote/figures",
    )
    generated = ("results/", "data/", "smears/", "config/mine", "tables/all_tables")
    missing = [
        p for p in paths if not p.startswith(generated) and not any((root / p).exists() for root in roots)
    ]
    assert missing == []
