"""Do intervals and verdicts hold in studies whose truth is known? Cheap scores, no networks.

    .venv/bin/python benchmarks/study/verdict_coverage.py --out benchmarks/results/verdict_coverage.json
    .venv/bin/python benchmarks/study/verdict_coverage.py --studies 20000 --only linear

Each line is 500 studies of two methods, m seeds and n images. The difference on image i by seed s is
truth + a seed's effect + an image's + a rest. Printed are the shares of studies whose interval over trainings and
images holds the truth, whose interval over images alone does, and the verdicts: `differs` where the truth is 0
(false), `equivalent` where it is just the margin (false; `inside_margin` is the same without the rule that a pair which
differs is not called equivalent). `ap` pools simulated detections: COCO's AP50, not a mean. `patients` draws images of
patients that have different numbers of them. Of 500 studies a share of 5 % has a standard error of 1 point.
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
from blastvote.evaluate.statistics.sampling import Sampling, make_sampling

MARGIN = 0.02
BLOCK = 500  # studies at a time
SCALE = 0.1  # of the effects: an image's standard deviation
PATIENTS = {
    "30 patients, 4 images each": [4] * 30,
    "30 patients, 1 to 14 images": [1, 1, 2, 2, 3, 3, 4, 6, 9, 14] * 3,
    "30 patients, one with half": [60] + [2] * 29,
    "10 patients, 1 to 14 images": [1, 1, 2, 2, 3, 3, 4, 6, 9, 14],
    "6 patients, 10 images each": [10] * 6,
}
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
    spread = rng.exponential(size=(size[0], 1, size[-1])) / np.sqrt(2)
    return normal * spread if shape == "heteroscedastic" else normal


def judge(
    differences: np.ndarray,
    parts: np.ndarray,
    truth: float,
    images: tuple,
    sampling: Sampling | None = None,
) -> dict[str, np.ndarray]:
    """Return what M studies say.

    `differences` are those by seed (m, M), `parts` the units' contributions (m, M, n), `images` the limits (M,) of the
    interval over images alone; without `sampling` each image is a unit.
    """
    sampling = sampling or make_sampling([str(i) for i in range(parts.shape[-1])], [""] * parts.shape[-1])
    both = crossed(differences, parts, sampling)
    low, high = both.difference_interval(0.95)
    inner = both.difference_interval(0.9)
    p_crossed = both.p_value()
    # Where the crossed test alone does not call them different, the other changes nothing.
    flips = [
        sign_flip_test(study) if p <= 0.05 else p for study, p in zip(differences.T, p_crossed, strict=True)
    ]
    p_value = np.maximum(p_crossed, flips)
    inside = (inner[0] > -MARGIN) & (inner[1] < MARGIN)
    return {
        "covers": (low <= truth) & (truth <= high),
        "covers_images_only": (images[0] <= truth) & (truth <= images[1]),
        "crossed_test_differs": p_crossed <= 0.05,
        "differs": p_value <= 0.05,
        "inside_margin": inside,
        "equivalent": (p_value > 0.05) & inside,
    }


def linear(
    rng: np.random.Generator,
    studies: int,
    size: tuple[int, int],
    sds: tuple[float, float],
    shape: str,
    truth: float,
) -> dict[str, np.ndarray]:
    """Return the verdicts on studies whose score is a mean over images; `size` is seeds and images."""
    m, n = size
    found: list[dict[str, np.ndarray]] = []
    while sum(len(part["covers"]) for part in found) < studies:
        k = min(BLOCK, studies - sum(len(part["covers"]) for part in found))
        of_image = effects(rng, shape, (k, 1, n))
        rest = effects(rng, shape, (k, m, n))
        scores = truth + SCALE * (sds[0] * rng.standard_normal((k, m, 1)) + sds[1] * of_image + rest)
        by_seed = scores.mean(axis=2)
        reach = 1.96 * scores.mean(axis=1).std(axis=1) / np.sqrt(n)
        parts = ((scores - by_seed[..., None]) / n).transpose(1, 0, 2)
        middle = by_seed.mean(axis=1)
        found.append(judge(by_seed.T, parts, truth, (middle - reach, middle + reach)))
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


def of_patients(
    rng: np.random.Generator, studies: int, m: int, sizes: list[int], patient_sd: float
) -> dict[str, np.ndarray]:
    """Return the verdicts on studies of patients with so many images each, in three strata."""
    patient = np.repeat(np.arange(len(sizes)), sizes)
    k, n = studies, len(patient)
    sampling = make_sampling(
        [f"p{number:02d}" for number in patient], [str(number % 3) for number in patient]
    )
    image = patient_sd * rng.standard_normal((k, len(sizes)))[:, patient] + rng.standard_normal((k, n))
    scores = image + rng.standard_normal((m, k, n)) + 0.15 * rng.standard_normal((m, k, 1))
    by_seed = scores.mean(axis=2)
    reach = 1.96 * scores.mean(axis=0).std(axis=1) / np.sqrt(n)
    parts = sampling.sums((scores - by_seed[..., None]) / n)
    middle = by_seed.mean(axis=0)
    return judge(by_seed, parts, 0.0, (middle - reach, middle + reach), sampling)


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
    verdict = judge(difference(once), parts, 0.0, (drawn.low, drawn.high))
    return {name: bool(value[0]) for name, value in verdict.items()}


def settings() -> dict[str, dict]:
    """Return name and settings of every line of linear scores."""
    lines: dict[str, dict] = {}

    def line(name: str, size: tuple[int, int], sds: tuple[float, float], shape: str, truth: float) -> None:
        lines[f"{size[0]} seeds, {name}"] = {"size": size, "sds": sds, "shape": shape, "truth": truth}

    for m in (2, 3, 5, 8, 10):
        line("equal per item", (m, 40), (1.0, 1.0), "normal", 0.0)
        line("equal in the mean", (m, 40), (np.sqrt(m / 40), 1.0), "normal", 0.0)
        line("no seeds", (m, 40), (0.0, 1.0), "normal", 0.0)
        line("no images", (m, 40), (1.0, 0.0), "normal", 0.0)
    for m in (5, 8):
        for shape in SHAPES[1:]:
            line(shape, (m, 40), (np.sqrt(m / 40), 1.0), shape, 0.0)
    # At the margin, by the standard error: far below it almost all differ, far above it none lies inside.
    for m in (5, 8):
        for error in (0.15, 0.3, 0.4, 0.5):
            seed = np.sqrt(m / 2) * error * MARGIN / SCALE
            image = np.sqrt(400 / 2) * error * MARGIN / SCALE
            line(f"margin, error {error:g} of it", (m, 400), (seed, image), "normal", MARGIN)
    return lines


def main() -> None:
    """Simulate every line and print its shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=500)
    parser.add_argument("--only", choices=["linear", "patients", "ap"])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result = {}
    for number, (name, setting) in enumerate(settings().items()):
        if options.only in (None, "linear"):
            result[name] = shares(linear(np.random.default_rng(number), options.studies, **setting))
            print(f"{name:40s}", result[name], flush=True)
    for name, sizes in PATIENTS.items() if options.only in (None, "patients") else ():
        for patient_sd in (1.0, 0.0):
            name_of_line = f"{name}, patient sd {patient_sd:g}"
            rng = np.random.default_rng(len(sizes))
            result[name_of_line] = shares(of_patients(rng, options.studies, 8, sizes, patient_sd))
            print(f"{name_of_line:40s}", result[name_of_line], flush=True)
    for m, seed_sd in ((5, 0.0), (5, 0.3), (8, 0.0), (8, 0.3)) if options.only in (None, "ap") else ():
        rng = np.random.default_rng(m)
        name = f"ap, {m} seeds, seed sd {seed_sd} logits"
        studies = [pooled_ap(rng, m, 40, seed_sd) for _ in range(options.studies)]
        result[name] = shares({key: np.array([study[key] for study in studies]) for key in studies[0]})
        print(f"{name:40s}", result[name], flush=True)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n")


def shares(studies: dict[str, np.ndarray]) -> dict[str, float]:
    """Return the share of studies of which each statement holds, in percent."""
    return {name: round(100 * float(np.mean(values)), 1) for name, values in studies.items()}


if __name__ == "__main__":
    main()
