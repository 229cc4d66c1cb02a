"""Dyes and how they absorb light: the colour of a slide by Beer and Lambert's law."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blastvote.simulate.realism import Realism, within

DYES = ("haemoglobin", "chromatin", "basophil", "azure")
"""What takes up stain: red cells, nuclei, RNA-rich cytoplasm, and granules or plasma protein."""

HAEMOGLOBIN, CHROMATIN, BASOPHIL, AZURE = range(4)

# Optical density (R, G, B) of one unit of each dye, read off real smears: a pink (first) and a grey-violet
# laboratory (second). The spread between patients is drawn along this line and around it.
_PINK = np.array([[0.17, 0.42, 0.45], [0.70, 1.06, 0.12], [0.66, 0.50, 0.06], [0.24, 0.42, 0.12]])
_GREY = np.array([[0.36, 0.49, 0.33], [0.56, 1.04, 0.20], [0.72, 0.58, 0.08], [0.28, 0.42, 0.15]])


@dataclass(frozen=True)
class Stain:
    """One patient's staining.

    Attributes
    ----------
    density
        ``float32 (4, 3)``: optical density in R, G, B of one unit of each of `DYES`.
    haze
        Strength of stained plasma protein in the background, in units of azure.
    """

    density: np.ndarray
    haze: float


def draw_stain(rng: np.random.Generator, variation: float, realism: Realism) -> Stain:
    """Draw a patient's staining; it knows nothing of the leukaemia's subtype, so colour alone cannot tell it.

    Parameters
    ----------
    rng
        Random generator.
    variation
        Spread between patients, 0 to 1.
    realism
        How far the laboratories reach.
    """
    mix = 0.5 + variation * (within(rng, realism.stain_mix) - 0.5)
    density = np.maximum((1 - mix) * _PINK + mix * _GREY, 0.03)
    tone = np.exp(variation * rng.normal(0, realism.stain_tone, (4, 3)))
    tone[CHROMATIN : BASOPHIL + 1, 2] *= within(rng, realism.nuclear_blue)
    strength = np.exp(variation * rng.normal(0, realism.stain_strength))[:, None]
    strength[HAEMOGLOBIN] *= np.exp(realism.haemoglobin_strength)
    haze = 0.01 + variation * rng.exponential(realism.haze)
    return Stain((density * tone * strength).astype(np.float32), float(haze))


def transmit(dyes: np.ndarray, stain: Stain) -> np.ndarray:
    """Return the share of light that passes, by Beer and Lambert's law.

    Parameters
    ----------
    dyes
        ``float32 (H, W, 4)``: amount of each dye in each pixel.
    stain
        The patient's staining.

    Returns
    -------
    numpy.ndarray
        ``float32 (H, W, 3)``: RGB transmittance in 0-1: ``exp(-sum_k c_k density_k)``.
    """
    return cv2.exp(cv2.transform(dyes, -stain.density.T))
