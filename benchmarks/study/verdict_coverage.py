"""Do intervals and verdicts hold in studies whose truth is known? Cheap scores, no networks.

    .venv/bin/python benchmarks/study/verdict_coverage.py --out benchmarks/results/verdict_coverage.json

Each line is 500 studies of two methods, m seeds and n images. The difference on image i by seed s is
truth + a seed's effect + an image's + a rest. Printed are the shares of studies whose interval over trainings and
images holds the truth, whose interval over images alone does, and the verdicts: `differs` where the truth is 0
(false), `equivalent` where it is just the margin (false). `ap` pools simulated detections: COCO's AP50, not a mean.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from blastvote.evaluate.scoring.coco import RankedClass, average_precisions, rank
from blastvote.evaluate.statistics.crossed import crossed
from blastvote.evaluate.statistics.influence import influences
from blastvote.evaluate.statistics.paired import sign_flip_test
from blastvote.evaluate.statistics.resampling import BootstrapSettings, bootstrap
from blastvote.evaluate.statistics.sampling import make_sampling

MARGIN = 0.02
SCALE = 0.1  # of the effects: an image's standard deviation
SHAPES = ("normal", "t3", "skewed", "heteroscedastic", "rare")


def effects(rng: np.random.Generator, shape: str, size: tuple[int, ...]) -> np.ndarray:
    """Return effects of mean 0 and variance 1."""
    if shape == "t3":
        return rng.standard_t(3, size) / np.sqrt(3)
    if shape == "skewed":
        return rng.exponential(size=size) - 1
    if shape == "rare":
        return (rng.random(size) < 0.05) * rng.choice([-1.0, 1.0], size) / np.sqrt(0.05)
    normal = rng.standard_normal(size)
    return normal * rng.exponential(size=(1, size[-1])) / np.sqrt(2) if shape == "heteroscedastic" else normal


def judge(differences: np.ndarray, parts: np.ndarray, truth: float, images: tuple[float, float]) -> dict:
    """Return what a study with these differences by seed (m,) and contributions (m, 1, n) says."""
    sampling = make_sampling([str(i) for i in range(parts.shape[-1])], [""] * parts.shape[-1])
    both = crossed(differences[:, None], parts, sampling)
    low, high = (float(side[0]) for side in both.difference_interval(0.95))
    inner = both.difference_interval(0.9)
    p_crossed, p_flip = float(both.p_value()[0]), sign_flip_test(differences)
    return {
        "covers": low <= truth <= high,
        "covers_images_only": images[0] <= truth <= images[1],
        "crossed_test_differs": p_crossed <= 0.05,
        "differs": max(p_crossed, p_flip) <= 0.05,
        "equivalent": max(p_crossed, p_flip) > 0.05 and inner[0][0] > -MARGIN and inner[1][0] < MARGIN,
    }


def linear(
    rng: np.random.Generator, m: int, n: int, sds: tuple[float, float], shape: str, truth: float
) -> dict:
    """Return the verdicts on one study whose score is a mean over images."""
    scores = truth + SCALE * (
        sds[0] * rng.standard_normal((m, 1))
        + sds[1] * effects(rng, shape, (1, n))
        + effects(rng, shape, (m, n))
    )
    by_seed = scores.mean(axis=1)
    of_image = scores.mean(axis=0)
    reach = 1.96 * of_image.std() / np.sqrt(n)
    parts = ((scores - by_seed[:, None]) / n)[:, None, :]
    return judge(by_seed, parts, truth, (by_seed.mean() - reach, by_seed.mean() + reach))


def detections(
    rng: np.random.Generator, true: np.ndarray, easy: np.ndarray, skill: float
) -> list[RankedClass]:
    """Return ranked detections of one training on images of given difficulty."""
    chance = 1 / (1 + np.exp(-(easy + skill)))
    hits, false = rng.binomial(true, chance), rng.poisson(1.0, len(true))
    image = np.repeat(np.arange(len(true)), hits + false)
    place = np.arange(len(image)) - np.repeat(np.cumsum(hits + false) - hits - false, hits + false)
    right = place < hits[image]
    score = np.where(right, rng.beta(5, 2, len(image)), rng.beta(2, 3, len(image)))
    flags = np.repeat(right.astype(np.uint8)[:, None], 10, axis=1)
    return rank(image, np.zeros(len(image), dtype=int), score, flags, true[:, None])


def pooled_ap(rng: np.random.Generator, m: int, n: int, seed_sd: float) -> dict:
    """Return the verdicts on one study of two equal methods by pooled AP50."""
    true, easy = rng.integers(1, 7, n), rng.normal(1, 1, n)
    shared = 0.5 * rng.standard_normal(n)  # what one method finds harder, in every training
    runs = [
        [detections(rng, true, easy + side * shared, seed_sd * rng.standard_normal()) for _ in range(m)]
        for side in (0.5, -0.5)
    ]

    def difference(weights: np.ndarray) -> np.ndarray:
        a, b = (np.stack([average_precisions(run, weights)[:, 0, 0] for run in side]) for side in runs)
        return a - b

    once = np.ones((1, n), dtype=np.int64)
    sampling = make_sampling([str(i) for i in range(n)], [""] * n)
    drawn = bootstrap(
        lambda w: difference(w).mean(axis=0)[None], sampling, BootstrapSettings(200, "percentile", 0.95, 0)
    )
    parts = influences(difference, n)[:, None, :]
    return judge(difference(once)[:, 0], parts, 0.0, (drawn.low[0], drawn.high[0]))


def settings() -> list[tuple[str, dict]]:
    """Return name and settings of every line."""
    lines: list[tuple[str, dict]] = []
    equal = {
        "equal per item": (1.0, 1.0),
        "equal in the mean": (0.0, 1.0),
        "no seeds": (0.0, 1.0),
        "no images": (1.0, 0.0),
    }
    for m in (2, 3, 5, 8, 10):
        for name, (seed, image) in equal.items():
            sds = (np.sqrt(m / 40), 1.0) if name == "equal in the mean" else (seed, image)
            lines.append(
                (f"{m} seeds, {name}", {"m": m, "n": 40, "sds": sds, "shape": "normal", "truth": 0.0})
            )
    for shape in SHAPES[1:]:
        lines.append(
            (
                f"5 seeds, {shape}",
                {"m": 5, "n": 40, "sds": (np.sqrt(5 / 40), 1.0), "shape": shape, "truth": 0.0},
            )
        )
    for m, n in ((8, 400), (10, 1600)):
        sds = (0.05, 0.5)
        lines.append(
            (
                f"{m} seeds, {n} images, at the margin",
                {"m": m, "n": n, "sds": sds, "shape": "normal", "truth": MARGIN},
            )
        )
    return lines


def main() -> None:
    """Simulate every line and print its shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=500)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result = {}
    for number, (name, setting) in enumerate(settings()):
        rng = np.random.default_rng(number)
        result[name] = shares([linear(rng, **setting) for _ in range(options.studies)])
        print(f"{name:40s}", result[name], flush=True)
    for m, seed_sd in ((5, 0.0), (5, 0.3), (8, 0.3)):
        rng = np.random.default_rng(m)
        name = f"ap, {m} seeds, seed sd {seed_sd} logits"
        result[name] = shares([pooled_ap(rng, m, 40, seed_sd) for _ in range(options.studies)])
        print(f"{name:40s}", result[name], flush=True)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n")


def shares(studies: list[dict]) -> dict[str, float]:
    """Return the share of studies of which each statement holds, in percent."""
    return {name: round(100 * float(np.mean([study[name] for study in studies])), 1) for name in studies[0]}


if __name__ == "__main__":
    main()
