"""What the configuration's section `evaluation` asks of the statistics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blastvote.evaluate.statistics.resampling import BootstrapSettings


@dataclass(frozen=True)
class EvaluationSettings:
    """Which methods are compared, how, and what counts as equal.

    Attributes
    ----------
    bootstrap : BootstrapSettings
    reference : str
        The method that the others are compared with.
    planned_pairs : {"reference", "all"}
        Which pairs are compared, and so corrected for: those with the reference, or all.
    margins : dict
        Metric to the difference (fraction) below which two methods count as equivalent.
    confusion_method : str
        The method whose confusion matrix is Table 3.
    """

    bootstrap: BootstrapSettings
    reference: str
    planned_pairs: str
    margins: Mapping[str, float]
    confusion_method: str

    @classmethod
    def from_config(cls, section: Mapping[str, Any]) -> "EvaluationSettings":
        """Return the settings of the configuration's section `evaluation`."""
        margins = section["margins"]
        return cls(
            bootstrap=BootstrapSettings(
                draws=section["bootstrap_draws"],
                interval=section["bootstrap_interval"],
                confidence_level=section["confidence_level"],
                seed=section["seed"],
            ),
            reference=section["reference_method"],
            planned_pairs=section["planned_pairs"],
            margins={
                "accuracy": margins["accuracy"],
                "sensitivity": margins["sensitivity"],
                "ap50_matterport": margins["ap50_matterport"],
                "ap50": margins["ap50"],
                "ap": margins["ap"],
            },
            confusion_method=section["confusion_method"],
        )
