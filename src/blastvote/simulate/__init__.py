"""Simulated stained blood smears with lymphoblasts of the FAB subtypes and exact instance masks.

`simulate_image` makes one picture, `write_dataset` a data set on disk. Needs NumPy and OpenCV only.
"""

from blastvote.simulate.dataset import (
    ANNOTATIONS_NAME,
    IMAGES_FOLDER,
    LABELS_NAME,
    image_ids,
    image_name,
    label_of,
    labels_frame,
    light_of,
    patient_of,
    simulate_id,
    write_dataset,
    write_image_files,
)
from blastvote.simulate.realism import REALISM, Realism
from blastvote.simulate.scene import Patient, SimulatedImage, draw_patient, simulate_healthy, simulate_image
from blastvote.simulate.settings import CLASS_NAMES, SimulationSettings
from blastvote.simulate.via import merge_via

__all__ = [
    "ANNOTATIONS_NAME",
    "CLASS_NAMES",
    "IMAGES_FOLDER",
    "LABELS_NAME",
    "REALISM",
    "Patient",
    "Realism",
    "SimulatedImage",
    "SimulationSettings",
    "draw_patient",
    "image_ids",
    "image_name",
    "label_of",
    "labels_frame",
    "light_of",
    "merge_via",
    "patient_of",
    "simulate_healthy",
    "simulate_id",
    "simulate_image",
    "write_dataset",
    "write_image_files",
]
