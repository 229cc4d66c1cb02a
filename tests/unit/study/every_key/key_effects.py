"""What a configuration comes to: the objects that the scripts make of it, the parsed rules, the code that reads a key.

A key that reaches a rule as a parameter of its own needs nothing here. Else give the object that is made of it in
`argument_objects`.
"""

import re
from typing import Any

from blastvote.contrast import validate_params
from blastvote.dataset.source.pixel_sizes import stated_sizes
from blastvote.dataset.split.settings import SplitSettings
from blastvote.scale.framing import Framing
from blastvote.segmentation.settings import network_config, training_config
from blastvote.study import plan
from blastvote.study.cluster import job_request
from blastvote.study.configuration.external import external_paths
from blastvote.vote import make_rule
from mrcnn.config import MaskRCNNConfig
from mrcnn.training.config import TrainingConfig

from .config_keys import REPO


def argument_objects(config: dict[str, Any]) -> dict[str, Any]:
    """Return what the scripts make of whole sections before they call the library."""
    source = plan.plan_source(config)
    return {
        "images": {name: str(path) for name, path in source.images.items()},
        "source": (source.annotation_inputs, source.label_inputs, source.masks),
        "names": (source.class_attribute, dict(source.class_aliases)),
        "scale": (
            stated_sizes(source, config["dataset"]),
            Framing.of_model(config["model"], None),
        ),
        "simulator": plan.simulation_settings(config["dataset"]["simulated"]),
        "protocol": SplitSettings.from_config(config["protocol"]),
        "contrast": [
            (name, config["variants"][name]["function"], validate_params(**_call(config["variants"][name])))
            for name in config["methods"]
        ],
        "vote": make_rule(config["vote"]["rule"], config["classes"]),
        "runs": plan.runs(config),
        "external": external_paths(config),
        "network": network_config(config["model"], config["training"], config["classes"]),
        "training": training_config(config["training"], 0, 1),
        "cluster": [job_request(config, kind, 512**2) for kind in config["cluster"]["jobs"]],
    }


def _call(variant: dict[str, Any]) -> dict[str, Any]:
    return {"function": variant["function"], "params": variant.get("params") or {}}


def rule_facts(workflow: Any) -> dict[str, Any]:
    """Return what the parsed rules say: names, files, threads, resources, and parameters that are no whole sections."""
    facts = {}
    for rule in workflow.rules:
        params = {name: rule.params[place] for name, (place, _) in dict(rule.params._get_names()).items()}
        plain = {k: repr(v) for k, v in params.items() if not isinstance(v, dict) and not callable(v)}
        resources = {k: repr(v) for k, v in rule.resources.items() if not callable(v)}
        facts[rule.name] = (plain, resources, [str(path) for path in rule.output])
    return facts


def read_by_name(field: str) -> list[str]:
    """Return the files of library and scripts, but the checks of the configuration, that read ``["field"]``."""
    pattern = re.compile(rf"""(?:\[|\.get\()["']{field}["']""")
    return [
        str(path.relative_to(REPO))
        for folder in ("src", "workflow/scripts")
        for path in sorted((REPO / folder).rglob("*.py"))
        if path.name != "config.py" and pattern.search(path.read_text(encoding="utf-8"))
    ]


def read_as_attribute(field: str, kind: type) -> bool:
    """Return whether code reads ``.field``, other than the file that defines the class `kind`."""
    pattern = re.compile(rf"\.{field}\b")
    homes = {MaskRCNNConfig: "mrcnn/config.py", TrainingConfig: "mrcnn/training/config.py"}
    home = homes.get(kind, "simulate/settings.py")
    return any(
        pattern.search(path.read_text(encoding="utf-8"))
        for path in (REPO / "src").rglob("*.py")
        if not path.as_posix().endswith(home)
    )
