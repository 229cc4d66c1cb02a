"""Which runtime runs the networks of a model."""

from __future__ import annotations

from blastvote.segmentation.runtimes.networks import Networks
from blastvote.segmentation.weights.model_file import TrainedModel


def open_networks(model: TrainedModel, runtime: str, threads: int) -> Networks:
    """Return the networks of a model, ready to run.

    Parameters
    ----------
    model
        From `blastvote.segmentation.weights.model_file.read_model`.
    runtime
        ``tensorflow``; or ``onnx``: ONNX Runtime, which imports no TensorFlow once the graphs of the model are made.
    threads
        Of the networks.

    Raises
    ------
    InputError
        If the weights do not fit, or the runtime lacks a package or cannot run such a network.
    """
    # Importing TensorFlow takes longer than ONNX Runtime takes for a photograph.
    if runtime == "onnx":
        from blastvote.segmentation.runtimes.onnx_networks import onnx_networks

        return onnx_networks(model, threads)
    from blastvote.segmentation.runtimes.tensorflow_networks import tensorflow_networks

    return tensorflow_networks(model, threads)
