"""What can be set in a simulation, with its limits."""

from __future__ import annotations

from dataclasses import dataclass

from blastvote.errors import InputError
from blastvote.simulate.realism import REALISM

CLASS_NAMES = ("L1", "L2", "L3")
"""The FAB subtypes the simulator draws, in this order everywhere."""

MIN_FIELD_UM = 24.0
"""The shorter side must hold the largest lymphoblast (18 µm) with room around it."""


@dataclass(frozen=True)
class SimulationSettings:
    """Settings of a simulated data set; an image depends on them and on its id alone.

    Attributes
    ----------
    width, height
        Image size in pixels.
    pixel_size_um
        Side of a pixel on the slide in micrometres. A red cell is 7.2 µm wide, an L1 blast about 9.5, L2 13.
    images_per_class
        Number of images (with `light_steps`: of scenes) of each subtype, or three numbers, of L1, L2 and L3.
    seed
        Any whole number from 0.
    cells
        Fewest and most lymphoblasts that are placed in an image, both included. Fewer appear where the
        field is too small for them.
    odd_share
        Expected share of lymphoblasts of another subtype than the image's label, 0 to 0.4.
    lighting_severity
        Strength of bad lighting, 0 (all images well lit) to 1 (more than half of them dim, uneven or washed
        out).
    light_steps
        0: one light is drawn for each image. Else the severities of dim, uneven and washed-out light under which
        each scene is photographed, beside good light: 5 give 16 images of the same cells (`blastvote.simulate.ladder`).
    stain_variation
        Spread of stain and camera between patients, 0 (all alike) to 1 (several laboratories).
    images_per_patient
        Images that share one simulated patient: the same stain and the same camera.
    jpeg_quality
        Lowest and highest quality of the camera's own JPEG compression, which is part of the picture.
    image_format
        ``png`` or ``jpg``: the type of the files written.
    realism
        How widely smears differ: ``demo``, ``wide`` or ``look_alikes`` (`blastvote.simulate.realism.REALISM`).
    """

    width: int = 640
    height: int = 480
    pixel_size_um: float = 0.18
    images_per_class: int | tuple[int, int, int] = 20
    seed: int = 0
    cells: tuple[int, int] = (3, 9)
    odd_share: float = 0.12
    lighting_severity: float = 1.0
    light_steps: int = 0
    stain_variation: float = 1.0
    images_per_patient: int = 4
    jpeg_quality: tuple[int, int] = (72, 95)
    image_format: str = "png"
    realism: str = "demo"

    def __post_init__(self) -> None:
        """Check every value.

        Raises
        ------
        InputError
            Naming the setting, its value and what is expected.
        """
        _expect("width", self.width, 64, 8192, whole=True)
        _expect("height", self.height, 64, 8192, whole=True)
        _expect("pixel_size_um", self.pixel_size_um, 0.02, 1.0)
        for count in self.class_counts.values():
            _expect("images_per_class", count, 1, 9999, whole=True)
        _expect("seed", self.seed, 0, 2**63 - 1, whole=True)
        _expect("odd_share", self.odd_share, 0.0, 0.4)
        _expect("lighting_severity", self.lighting_severity, 0.0, 1.0)
        _expect("light_steps", self.light_steps, 0, 20, whole=True)
        _expect("stain_variation", self.stain_variation, 0.0, 1.0)
        _expect("images_per_patient", self.images_per_patient, 1, 9999, whole=True)
        _expect_range("cells", self.cells, 1, 200)
        _expect_range("jpeg_quality", self.jpeg_quality, 10, 100)
        if self.image_format not in ("png", "jpg"):
            raise InputError(
                f"simulation setting image_format is {self.image_format!r}; choose 'png' or 'jpg'."
            )
        if self.realism not in REALISM:
            raise InputError(
                f"simulation setting realism is {self.realism!r}; choose one of {', '.join(map(repr, REALISM))}."
            )
        field = min(self.width, self.height) * self.pixel_size_um
        if field < MIN_FIELD_UM:
            raise InputError(
                f"the simulated field is {self.width} x {self.height} px of {self.pixel_size_um} µm: its "
                f"shorter side is {field:.1f} µm, but a large lymphoblast needs {MIN_FIELD_UM:.0f} µm. "
                "Raise width and height, or pixel_size_um to at least "
                f"{MIN_FIELD_UM / min(self.width, self.height):.2f}."
            )

    @property
    def class_counts(self) -> dict[str, int]:
        """Return the number of images of each subtype.

        Raises
        ------
        InputError
            If there is neither one number nor one for each subtype.
        """
        given = self.images_per_class
        counts: tuple[int, ...] = given if isinstance(given, tuple) else (given,) * len(CLASS_NAMES)
        if len(counts) != len(CLASS_NAMES):
            raise InputError(
                f"simulation setting images_per_class is {counts!r}; expected one whole number, or one for each of "
                f"{', '.join(CLASS_NAMES)}."
            )
        return dict(zip(CLASS_NAMES, counts, strict=True))


def _expect(name: str, value: float, low: float, high: float, whole: bool = False) -> None:
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        what = "a whole number" if whole else "a number"
        raise InputError(f"simulation setting {name} is {value!r}; expected {what} from {low} to {high}.")


def _expect_range(name: str, value: tuple[int, int], low: int, high: int) -> None:
    good = (
        isinstance(value, tuple)
        and len(value) == 2
        and all(isinstance(v, int) and not isinstance(v, bool) for v in value)
        and low <= value[0] <= value[1] <= high
    )
    if not good:
        raise InputError(
            f"simulation setting {name} is {value!r}; expected a pair of whole numbers, fewest and most, "
            f"from {low} to {high}, for example ({low}, {min(high, low + 5)})."
        )
