"""The history as TensorBoard's event files, for watching a training while it runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

_SCALARS = tf.compat.v1.SummaryMetadata(
    plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
)
_NOT_DRAWN = ("epoch", "step")


class EventWriter:
    """Writes rows of the history as scalars over the step number.

    It writes the records itself: ``tf.summary.scalar`` needs the package ``tensorboard``, which only the viewer's
    machine must have (``tensorboard --logdir FOLDER``).

    Parameters
    ----------
    folder
        Receives one event file a process; a resumed training adds another, which TensorBoard joins.
    """

    def __init__(self, folder: str | Path) -> None:
        self.writer = tf.summary.create_file_writer(str(folder))

    def write(self, row: Mapping[str, Any]) -> None:
        """Add a row of the history; undefined values (NaN) are left out."""
        with self.writer.as_default(step=row["step"]):
            for name, value in row.items():
                if name not in _NOT_DRAWN and value == value:
                    tf.summary.write(name, tf.constant(value, tf.float32), metadata=_SCALARS)
        self.writer.flush()
