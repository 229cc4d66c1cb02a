"""One image: the slide painted layer by layer, and the photograph of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from blastvote.errors import InputError
from blastvote.simulate.cells import redcells
from blastvote.simulate.cells.blasts import Blast, paint_blast
from blastvote.simulate.cells.distractors import paint_debris, paint_platelet
from blastvote.simulate.imaging.canvas import Canvas
from blastvote.simulate.imaging.lighting import Lighting, draw_lighting, illumination
from blastvote.simulate.imaging.optics import Camera, draw_camera, photograph
from blastvote.simulate.imaging.stain import AZURE, Stain, draw_stain, transmit
from blastvote.simulate.imaging.texture import TextureAtlas, cloud
from blastvote.simulate.imaging.thick import paint_thick_region
from blastvote.simulate.ladder import Rung, ladder_light
from blastvote.simulate.other_cells import OtherCell, paint_others, place_others
from blastvote.simulate.placement import place_blasts
from blastvote.simulate.realism import REALISM
from blastvote.simulate.settings import CLASS_NAMES, SimulationSettings


@dataclass(frozen=True)
class Patient:
    """What the images of a patient share.

    Attributes
    ----------
    stain
        How the slide was stained.
    camera
        What it was photographed with.
    """

    stain: Stain
    camera: Camera


@dataclass(frozen=True)
class SimulatedImage:
    """A simulated smear with its truth.

    Attributes
    ----------
    image
        ``uint8 (H, W, 3)``, RGB.
    masks
        ``bool (H, W, N)``: the visible pixels of each lymphoblast; where two overlap, the upper
        one has them. Disjoint.
    class_names
        Subtype of each lymphoblast.
    label
        Subtype of the image, equal to the pathologists' vote on ``class_names``.
    lighting
        Kind of light (`blastvote.simulate.imaging.lighting.MODES`).
    others
        White cells and smudge cells, none of them a lymphoblast.
    """

    image: np.ndarray
    masks: np.ndarray
    class_names: tuple[str, ...]
    label: str
    lighting: str
    others: tuple[OtherCell, ...] = ()


def draw_patient(rng: np.random.Generator, settings: SimulationSettings) -> Patient:
    """Draw a patient's stain and camera, whatever the subtype."""
    variation, realism = settings.stain_variation, REALISM[settings.realism]
    return Patient(draw_stain(rng, variation, realism), draw_camera(rng, variation, realism))


def simulate_image(
    rng: np.random.Generator | int,
    label: str,
    settings: SimulationSettings | None = None,
    patient: Patient | None = None,
    rung: Rung | None = None,
) -> SimulatedImage:
    """Simulate one stained smear.

    Parameters
    ----------
    rng
        Random generator, or a seed for one.
    label
        Subtype the image shall have: ``L1``, ``L2`` or ``L3``.
    settings
        Size, scale and difficulty; the defaults of `SimulationSettings` if not given.
    patient
        Stain and camera; drawn from ``rng`` if not given.
    rung
        The light, of a ladder of ``settings.light_steps``; drawn by ``settings.lighting_severity`` if not given.

    Returns
    -------
    SimulatedImage
        The picture and the truth about it.

    Raises
    ------
    InputError
        If ``label`` is no subtype.
    """
    if label not in CLASS_NAMES:
        raise InputError(f"simulated subtype is {label!r}; choose one of {', '.join(CLASS_NAMES)}.")
    settings = settings or SimulationSettings()
    rng = np.random.default_rng(rng)
    patient = patient or draw_patient(rng, settings)
    blasts, masks = place_blasts(rng, label, settings)
    canvas, others = _paint(rng, settings, blasts, patient.stain)
    light = ladder_light(rng, rung, settings.light_steps) if rung else None
    image, mode = _photograph(rng, canvas, settings, patient, light)
    return SimulatedImage(image, masks, tuple(blast.subtype for blast in blasts), label, mode, others)


def simulate_healthy(
    rng: np.random.Generator | int, settings: SimulationSettings, patient: Patient | None = None
) -> SimulatedImage:
    """Simulate a smear without lymphoblasts; its label is empty. Parameters as in `simulate_image`."""
    rng = np.random.default_rng(rng)
    patient = patient or draw_patient(rng, settings)
    canvas, others = _paint(rng, settings, [], patient.stain)
    image, mode = _photograph(rng, canvas, settings, patient)
    return SimulatedImage(image, np.zeros((settings.height, settings.width, 0), bool), (), "", mode, others)


def _photograph(
    rng: np.random.Generator,
    canvas: Canvas,
    settings: SimulationSettings,
    patient: Patient,
    lighting: Lighting | None = None,
) -> tuple[np.ndarray, str]:
    """Photograph the slide; return the picture and the kind of light, which is drawn if not given."""
    lighting = lighting or draw_lighting(rng, settings.lighting_severity)
    image = photograph(
        rng,
        transmit(canvas.dyes, patient.stain),
        canvas.thickness,
        illumination(rng, lighting, settings.height, settings.width),
        patient.camera,
        lighting,
        settings.pixel_size_um,
        int(rng.integers(settings.jpeg_quality[0], settings.jpeg_quality[1] + 1)),
    )
    return image, lighting.mode


def _paint(
    rng: np.random.Generator, settings: SimulationSettings, blasts: list[Blast], stain: Stain
) -> tuple[Canvas, tuple[OtherCell, ...]]:
    """Paint the slide from the lowest layer up: haze, red cells, distractors, debris, blasts."""
    height, width = settings.height, settings.width
    canvas = Canvas(height, width, settings.pixel_size_um, TextureAtlas(rng, settings.pixel_size_um))
    haze = np.float32(stain.haze) * (1 + np.float32(0.8) * cloud(rng, height, width, 4))
    canvas.add((slice(None), slice(None)), AZURE, np.maximum(haze, 0))
    taken = np.array([(b.x, b.y, b.radius) for b in blasts], float).reshape(-1, 3)
    realism = REALISM[settings.realism]
    others = place_others(rng, canvas, taken, realism.rates)
    taken = np.concatenate([taken, np.array([o[1:] for o in others]).reshape(-1, 3)])
    habit = redcells.draw_habit(rng, realism)
    for x, y in redcells.scatter(rng, habit, height, width, canvas.scale, taken):
        redcells.paint_red_cell(rng, canvas, habit, float(x), float(y))
    if realism.thick and rng.random() < realism.thick:
        paint_thick_region(rng, canvas)
    area = height * width / canvas.scale**2 / 1000
    for paint, rate in ((paint_platelet, 0.5), (paint_debris, 0.7)):
        for _ in range(int(rng.poisson(rate * area * rng.gamma(1.5, 0.67)))):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            if (
                paint is paint_debris
                or (np.hypot(x - taken[:, 0], y - taken[:, 1]) > taken[:, 2] + canvas.scale).all()
            ):
                paint(rng, canvas, x, y)
    painted = paint_others(rng, canvas, others)
    for blast in blasts:
        paint_blast(rng, canvas, blast, realism)
    if realism.red_on_top and rng.random() < realism.red_on_top:
        _paint_red_on_top(rng, canvas, habit, taken)
    return canvas, painted


def _paint_red_on_top(
    rng: np.random.Generator, canvas: Canvas, habit: redcells.RedCellHabit, taken: np.ndarray
) -> None:
    """Let red cells lie across the edges of nucleated cells; these shine through."""
    habit = replace(habit, opacity=float(rng.uniform(0.0, 0.3)))
    for x, y, radius in taken:
        for _ in range(int(rng.poisson(0.5))):
            angle, away = rng.uniform(0, 2 * np.pi), radius * rng.uniform(0.9, 1.3)
            redcells.paint_red_cell(rng, canvas, habit, x + away * np.cos(angle), y + away * np.sin(angle))
