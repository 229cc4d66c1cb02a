"""Microscope and camera: from transmitted light to an 8-bit photograph."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blastvote.simulate.imaging.lighting import Lighting
from blastvote.simulate.realism import Realism, within


@dataclass(frozen=True)
class Camera:
    """One patient's microscope and camera.

    Attributes
    ----------
    white
        ``float32 (3,)``: grey levels (0-1) of the empty slide in good light: brightness and white balance.
    blur_um
        Spread of the point spread function in micrometres.
    fringe
        Relative difference in magnification of red and blue against green.
    refraction
        Strength (and sign) of the bright and dark lines that defocus draws along edges.
    shot_noise, read_noise
        Spread of the noise in grey levels (0-1) at white, growing with the root of the signal; and at black.
    saturation
        Strength of colour, 1 is neutral.
    gamma
        Exponent of the camera's tone curve, 1 is straight.
    """

    white: np.ndarray
    blur_um: float
    fringe: float
    refraction: float
    shot_noise: float
    read_noise: float
    saturation: float
    gamma: float = 1.0


def draw_camera(rng: np.random.Generator, variation: float, realism: Realism) -> Camera:
    """Draw a patient's microscope and camera; ``variation`` is the spread between patients, 0 to 1."""
    low, high = realism.camera_level
    level = 0.80 + variation * rng.uniform(low - 0.80, high - 0.80)
    tint = np.exp(variation * rng.normal((0.01, 0.0, -0.03), realism.camera_tint))
    saturation, spread = realism.camera_saturation
    return Camera(
        white=(level * tint).astype(np.float32),
        blur_um=within(rng, realism.blur_um),
        fringe=float(rng.normal(0, 0.0010)),
        refraction=float(rng.uniform(0.2, 0.85)),
        shot_noise=float(rng.uniform(0.006, 0.016)),
        read_noise=float(rng.uniform(0.002, 0.006)),
        saturation=float(np.clip(1 + variation * rng.normal(saturation - 1, spread), 0.5, 1.5)),
        gamma=float(np.exp(variation * rng.normal(0, realism.gamma))) if realism.gamma else 1.0,
    )


def photograph(
    rng: np.random.Generator,
    transmitted: np.ndarray,
    thickness: np.ndarray,
    light: np.ndarray,
    camera: Camera,
    lighting: Lighting,
    pixel_size_um: float,
    jpeg_quality: int,
) -> np.ndarray:
    """Take the photograph.

    Parameters
    ----------
    rng
        Random generator.
    transmitted
        ``float32 (H, W, 3)``: share of light that passes the slide.
    thickness
        ``float32 (H, W)``: relative thickness of the cells.
    light
        ``float32 (H, W)``: brightness of the empty slide.
    camera, lighting
        The patient's camera and the image's light.
    pixel_size_um
        Pixel size in micrometres.
    jpeg_quality
        Quality of the camera's JPEG compression.

    Returns
    -------
    numpy.ndarray
        ``uint8 (H, W, 3)``, RGB.
    """
    scene = transmitted * _refraction(thickness, camera, pixel_size_um)[..., None]
    focus = camera.blur_um * (rng.uniform(0.85, 1.35) if rng.random() < 0.88 else rng.uniform(1.6, 2.6))
    scene = cv2.GaussianBlur(scene, (0, 0), max(0.3, focus / pixel_size_um))
    scene = _fringe(scene, camera.fringe)
    # Stray light has the colour of the lamp and knows nothing of the cells.
    scene *= np.float32(1 - lighting.veil)
    scene += np.float32(lighting.veil)
    scene *= light[..., None]
    scene = cv2.transform(scene, _colour_matrix(camera))
    if camera.gamma != 1:
        scene = np.clip(scene, 0, 1) ** np.float32(camera.gamma)
    return _compress(_expose(rng, scene, camera), jpeg_quality)


def _compress(image: np.ndarray, quality: int) -> np.ndarray:
    """Pass an RGB image through JPEG and back; OpenCV's codec wants blue first, nothing else here does."""
    blue_first = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, stream = cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.cvtColor(np.asarray(cv2.imdecode(stream, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB)


def _colour_matrix(camera: Camera) -> np.ndarray:
    """Return the ``(3, 3)`` matrix of white balance followed by saturation about the grey of the pixel."""
    grey = np.array([0.299, 0.587, 0.114])
    saturate = camera.saturation * np.eye(3) + (1 - camera.saturation) * grey
    return (saturate * camera.white).astype(np.float32)


def _refraction(thickness: np.ndarray, camera: Camera, pixel_size_um: float) -> np.ndarray:
    """Return how defocus changes intensity: by the curvature of thickness (transport of intensity)."""
    near = cv2.GaussianBlur(thickness, (0, 0), max(0.4, 0.14 / pixel_size_um))
    far = cv2.GaussianBlur(thickness, (0, 0), max(0.9, 0.42 / pixel_size_um))
    return np.clip(1 - np.float32(0.8 * camera.refraction) * (near - far), 0.6, 1.35)


def _fringe(scene: np.ndarray, fringe: float) -> np.ndarray:
    height, width = scene.shape[:2]
    for channel, sign in ((0, 1.0), (2, -1.0)):
        zoom = 1 + sign * fringe
        shift = np.array([[zoom, 0, (1 - zoom) * width / 2], [0, zoom, (1 - zoom) * height / 2]])
        scene[..., channel] = cv2.warpAffine(
            np.ascontiguousarray(scene[..., channel]), shift, (width, height), borderMode=cv2.BORDER_REPLICATE
        )
    return scene


def _expose(rng: np.random.Generator, scene: np.ndarray, camera: Camera) -> np.ndarray:
    noise = rng.standard_normal(scene.shape, dtype=np.float32)
    # Demosaicking and the camera's own smoothing tie neighbours together: real noise is soft.
    noise = np.asarray(cv2.GaussianBlur(noise, (3, 3), 0.6))
    spread = np.maximum(scene, 0)
    spread *= np.float32((1.6 * 255 * camera.shot_noise) ** 2)
    spread += np.float32((1.6 * 255 * camera.read_noise) ** 2)
    noise *= cv2.sqrt(spread)
    noise += scene * np.float32(255)
    return np.clip(np.rint(noise), 0, 255).astype(np.uint8)
