"""The page's vote in JavaScript gives the answers of `blastvote.vote`, for every rule and at ties."""

import json
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from blastvote.vote import RULES, make_rule, score_units, vote, weigh

CLASSES = ["L1", "L2", "L3"]
SCRIPT = """
import { readFileSync } from "node:fs";
const [module, input] = process.argv.slice(2);
const { scoreUnits, vote, weigh } = await import(module);
const { cases, scores } = JSON.parse(readFileSync(input, "utf8"));
const votes = cases.map(({ cells, rule, threshold }) => vote(weigh(cells, rule.weight, 3, threshold), rule));
console.log(JSON.stringify({ votes, units: scores.map(scoreUnits) }));
"""


def made_cases() -> list[tuple[pd.DataFrame, str, float]]:
    """Return images of few cells with few different scores and areas: ties are common."""
    rng = np.random.default_rng(5)
    cases = []
    for _ in range(500):
        number = int(rng.integers(0, 7))
        cells = pd.DataFrame(
            {
                "class": rng.choice(CLASSES, number),
                "score": rng.choice([0.05, 0.3, 0.5000005, 0.7, 0.7000015, 0.9], number),
                "area_px": rng.choice([10, 20, 30], number),
            }
        )
        cases.append((cells, str(rng.choice(list(RULES))), float(rng.choice([0.05, 0.5, 0.7, 0.9]))))
    return cases


def test_node_and_python_agree(tmp_path, repo_root):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here to run JavaScript; tests/page does the same in a browser")
    cases = made_cases()
    place = {name: number for number, name in enumerate(CLASSES)}
    rules = {name: make_rule(name, CLASSES) for name in RULES}
    scores = [
        0.0000005,
        0.0000015,
        0.0000025,
        0.7000005,
        0.9999995,
        1.0,
        *np.random.default_rng(1).random(99),
    ]
    document = {
        "scores": scores,
        "cases": [
            {
                "cells": {
                    "classes": [place[name] for name in cells["class"]],
                    "scores": cells["score"].tolist(),
                    "areas": cells["area_px"].tolist(),
                },
                "rule": {
                    "weight": rules[rule].weight,
                    "priority": [place[name] for name in rules[rule].priority],
                    "ties": [place[name] for name in rules[rule].ties],
                },
                "threshold": threshold,
            }
            for cells, rule, threshold in cases
        ],
    }
    (tmp_path / "cases.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "run.mjs").write_text(SCRIPT, encoding="utf-8")
    source = repo_root / "src/blastvote/report/page/vote.js"
    shutil.copy(source, tmp_path / "vote.mjs")
    done = subprocess.run(
        [node, "run.mjs", "./vote.mjs", "cases.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    expected = []
    for cells, rule, threshold in cases:
        made = make_rule(rule, CLASSES)
        expected.append(vote(weigh(cells[cells["score"] >= threshold], made, CLASSES), made))
    assert [CLASSES[v] if v >= 0 else None for v in answer["votes"]] == expected
    assert answer["units"] == score_units(np.array(scores)).tolist()
