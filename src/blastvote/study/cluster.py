"""What a job asks of a cluster: partition, account, GPU, time, and memory that follows from images and network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MIB = 2**20
SNAKEMAKE_MB = 260
"""Snakemake itself, within each job's memory."""
TENSORFLOW_MB = 750
BACKBONE_MILLIONS = {"resnet18": 11.2, "resnet50": 23.5, "resnet101": 42.5}
RESERVE = 1.5
"""What is asked for over what is expected, so that a job peaks at about two thirds of it."""


def job_request(config: Mapping[str, Any], kind: str, pixels: int, attempt: int = 1) -> dict[str, Any]:
    """Return the resources of a job in Snakemake's names.

    Parameters
    ----------
    config
        The checked configuration; its section ``cluster`` decides.
    kind
        A key of ``cluster.jobs``.
    pixels
        Pixels of the largest photograph.
    attempt
        1 at first; each further attempt gets half as much memory again and as much time again.

    Returns
    -------
    dict
        ``mem_mb``, ``runtime`` (minutes), and, where set, ``slurm_partition``, ``slurm_account``, ``qos``, ``gpu``,
        ``gpu_model``, ``slurm_extra``. What is not set is left out, so that the cluster's own default holds.
    """
    cluster = config["cluster"]
    job = cluster["jobs"][kind]
    memory = job["memory_mb"] or memory_mb(config, kind, pixels)
    request = {
        "mem_mb": round(memory * (1 + (attempt - 1) / 2)),
        "runtime": job["minutes"] * attempt,
        "slurm_partition": job["partition"] or cluster["partition"],
        "slurm_account": cluster["account"],
        "qos": job["qos"] or cluster["qos"],
        "gpu": job["gpus"],
        "gpu_model": job["gpu_model"] if job["gpus"] else "",
        "slurm_extra": cluster["extra"],
    }
    return {name: value for name, value in request.items() if value}


def memory_mb(config: Mapping[str, Any], kind: str, pixels: int) -> int:
    """Return the memory a job should ask for in MB, in whole hundreds; arguments as in :func:`job_request`.

    Measured: TensorFlow 750 MB; a training of ResNet-101 on batches of 2 at 256 pixels 2.2 GB, at 512 pixels 3.1 GB, an
    inference 1.3 GB (docs/performance.md).
    """
    from blastvote.segmentation.settings import network_config

    expected = {
        "data": 300 + 60 * pixels / MIB,
        "contrast": 250 + 40 * pixels / MIB,
        "score": 400 + 60 * pixels / MIB,
        "tables": 700,
    }
    if kind in expected:
        needed = expected[kind]
    else:
        network = network_config(config["model"], config["training"], config["classes"])
        weights = 4 * _million_parameters(network)  # MB
        side = network.image_max_dim
        if kind == "train":
            batch = config["training"]["batch_size"]
            activations = 1.9e-3 * side**2 * network.backbone_width + 1.5 * network.train_rois_per_image
            needed = TENSORFLOW_MB + 4 * weights + batch * activations + 200 * pixels / MIB
        else:
            masks = network.detection_max_instances * pixels / MIB  # of one image, full size
            needed = TENSORFLOW_MB + weights + 300 + 0.5e-3 * side**2 * network.backbone_width + masks
    return 100 * round((SNAKEMAKE_MB + needed) * RESERVE / 100 + 0.5)


def _million_parameters(network: Any) -> float:
    """Return about how many million parameters a `MaskRCNNConfig` comes to."""
    backbone = BACKBONE_MILLIONS[network.backbone] * network.backbone_width**2
    pyramid, fully, mask = (
        network.top_down_pyramid_size,
        network.fpn_classif_fc_layers_size,
        network.mask_conv_filters,
    )
    heads = (
        4 * 9 * pyramid**2 + 3800 * pyramid * network.backbone_width  # smoothing, lateral
        + 9 * pyramid * network.rpn_conv_filters
        + network.pool_size**2 * pyramid * fully + fully**2
        + 9 * pyramid * mask + 3 * 9 * mask**2 + 4 * mask**2
    )  # fmt: skip
    return backbone + heads / 1e6
