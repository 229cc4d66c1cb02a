"""TensorFlow's process-wide settings: threads, seeds, determinism, devices."""

import logging

import keras
import tensorflow as tf

logger = logging.getLogger(__name__)


def configure_runtime(threads: int | None = None, seed: int = 0, deterministic: bool = True) -> None:
    """Set threads, seeds and determinism of this process; call it before anything else uses TensorFlow.

    Parameters
    ----------
    threads
        Threads within an operation, and the limit of operations side by side; None leaves TensorFlow's choice.
    seed
        Of Python, NumPy and Keras.
    deterministic
        Operations give the same bits in every run (on one machine with the same number of threads).

    Notes
    -----
    Threads cannot be changed once TensorFlow has run an operation: then a warning is logged, and nothing changes.
    """
    configure_threads(threads)
    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()


def configure_threads(threads: int | None) -> None:
    """Set TensorFlow's threads, or log a warning where it is too late for that; None changes nothing."""
    if threads is None:
        return
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        current = tf.config.threading.get_intra_op_parallelism_threads()
        if current != threads:
            logger.warning(
                "TensorFlow already runs with %s threads (0: all), not the %d asked for: call configure_runtime first",
                current, threads,
            )  # fmt: skip


def training_devices(count: int | None, batch_size: int) -> list[str]:
    """Names of the devices that share a batch: up to `count` GPUs, or one empty name (wherever TensorFlow likes).

    Raises
    ------
    ValueError
        If more devices are asked for than there are, or they do not divide the batch.
    """
    gpus = [device.name for device in tf.config.list_logical_devices("GPU")]
    if count is not None and count > max(1, len(gpus)):
        raise ValueError(f"devices is {count}, but TensorFlow sees {len(gpus)} GPUs")
    chosen = gpus[:count] if count is not None else gpus
    if count is None:
        while chosen and batch_size % len(chosen):
            chosen = chosen[:-1]
    if len(chosen) > 1 and batch_size % len(chosen):
        raise ValueError(f"batch_size is {batch_size}; it must be a multiple of the {len(chosen)} devices")
    return chosen if len(chosen) > 1 else [""]
