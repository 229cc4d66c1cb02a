"""Configurations that cannot be used: files, and single values."""

from pathlib import Path
from typing import Any

from case import Case, group

from blastvote.study.configuration.config import validate_config
from blastvote.study.configuration.load import SCHEMA, embedded_config, load_config, merged

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)
FILES = [
    ("nothing", lambda path: None, "there is no such file"),
    ("a folder", lambda path: path.mkdir(), "is a folder; expected one file"),
    ("a list", "- a\n", "holds a list; expected keys and values in YAML"),
    ("text", "hello", "holds a str; expected keys and values in YAML"),
    ("a colon too many", "seeds: [1]\nmodel: a: b\n", "not valid YAML at line 2, column 9"),
    ("a bracket that stays open", "seeds: [1\n", "not valid YAML at line 2, column 1"),
    ("a tab", "model:\n\tbackbone: resnet18\n", "not valid YAML at line 2, column 1"),
    (
        "a key twice",
        "seeds: [1]\nmethods: [he]\nseeds: [2]\n",
        "line 3 has the key 'seeds' again (first in line 1)",
    ),
    (
        "a key twice in a section",
        "model:\n  weights: none\n  weights: coco\n",
        "line 3 has the key 'weights' again",
    ),
    ("aliases of aliases", BOMB, "its aliases stand for more than 100,000 values"),
    ("an alias of itself", "a: &a [*a]\n", "repeats itself by an alias"),
    ("an alias of nothing", "a: *b\n", "not valid YAML at line 1, column 4"),
    ("brackets in brackets", "a: " + "[" * 50_000, "the YAML is nested too deeply"),
    ("a program", "a: !!python/object/apply:os.system ['true']\n", "not valid YAML at line 1"),
    ("a control character", "a: \x07\n", "not valid YAML"),
    ("a number of 5,000 digits", "a: " + "9" * 5000, "not valid YAML"),
    ("zero bytes", b"a: 1\0", "not valid YAML"),
    ("UTF-16 cut off", "a: 1".encode("utf-16")[:-1], "not well-formed UTF-16 at byte"),
    ("a date that is none", "a: 2020-99-99\n", "not valid YAML"),
    ("a key that is a list", "? [a]\n: 1\n", "not valid YAML at line 1"),
]
VALUES: list[tuple[str, Any, str]] = [
    ("results", None, "'results' is None"),
    ("results", "", "Config key 'results'"),
    ("results", "{method}", "Config key 'results' is '{method}'"),
    ("results", "<results>", "Config key 'results' is '<results>'"),
    ("results", "a\nb", "Config key 'results' is 'a\\nb'"),
    ("results", "/proc/blastvote", "/proc is no place for results"),
    ("results", "/dev/null", "/dev is no place for results"),
    ("results", "/etc/hostname", "/etc/hostname is a file, not a folder"),
    ("results", " results", "it begins or ends with a blank"),
    ("results", "~/results", "~ is not replaced by your home folder"),
    ("results", "x" * 300, "longer than"),
    ("results", "a/" * 3000, "longer than"),
    ("dataset.images", "{x}", "Config key 'dataset.images'"),
    ("dataset.images", ["smears", ""], "'dataset.images.1' is ''"),
    ("dataset.annotations", [""], "'dataset.annotations.0' is ''"),
    ("dataset.annotations", "<x>.json", "Config key 'dataset.annotations'"),
    ("dataset.labels", "a\x1bb.csv", "Config key 'dataset.labels'"),
    ("dataset.masks", "lable_map", "Did you mean 'label_map'?"),
    ("dataset.white_level", 70000, "greater than the maximum of 65535"),
    ("dataset.exif", "rotate", "Allowed: apply, ignore"),
    ("model.image_size", 10**30, "'model.image_size'"),
    ("model.image_size", float("nan"), "'model.image_size' is nan"),
    ("model.image_size", 100, "'model.image_size' is 100"),
    ("model.image_size", True, "'model.image_size'"),
    ("model.weights", "gone.h5", "there is no such file"),
    ("model.weights", "x" * 300, "cannot be read (File name too long)"),
    ("model.weights", "/etc", "is a folder; expected one weight file"),
    ("model.weights", "/dev/null", "is a pipe, a socket or a device, no weight file"),
    ("model.weights", "http://example.org/a.h5", "Give its sha256, or take https://"),
    ("model.weights_sha256", "abc", "'model.weights_sha256'"),
    (
        "model.options.tf1_suppression",
        "maybe",
        "Config key 'model.options.tf1_suppression': tf1_suppression is 'maybe'; it must be one of True, False",
    ),
    ("model.options.train_bn", "maybe", "train_bn is 'maybe'; it must be one of True, False"),
    ("model.options.max_gt_instances", -1, "max_gt_instances"),
    ("model.options.mean_pixel", [float("nan")] * 3, "'model.options.mean_pixel.0' is nan"),
    ("model.options.gone", 1, "'model.options.gone' is not known"),
    ("training.layers", "any text", "Config key 'training.layers': layers: 'any text' matches no layer"),
    ("training.layers", "(", "'(' is not a regular expression"),
    ("training.learning_rate", float("inf"), "'training.learning_rate' is inf"),
    ("training.learning_rate", float("nan"), "'training.learning_rate' is nan"),
    ("training.learning_rate", 0, "'training.learning_rate' is 0"),
    ("training.learning_rate", 1e14, "greater than the maximum of 10"),
    ("training.epochs", 1.5, "'training.epochs' is 1.5"),
    ("training.epochs", 10**30, "'training.epochs'"),
    (
        "training.options.monitor",
        True,
        "Config key 'training.options.monitor': monitor is True; it must be the name of a column",
    ),
    ("training.options.monitor", "val_lost", "Did you mean 'val_loss'?"),
    ("training.options.ema_decay", float("nan"), "'training.options.ema_decay' is nan"),
    ("training.options.schedule", "cosin", "schedule"),
    ("seeds", [], "'seeds'"),
    ("seeds", [1, 1], "'seeds'"),
    ("seeds", [10**30], "'seeds"),
    ("seeds", [2**32], "'seeds.0' is 4294967296: 4294967296 is greater than the maximum of 1000000000"),
    ("seeds", [1.0], "'seeds.0' is 1.0 (float), but must be of type integer"),
    ("protocol.folds", 3.0, "'protocol.folds' is 3.0 (float), but must be of type integer"),
    ("dataset.ignore_values", [255.0], "'dataset.ignore_values' is [255.0]"),
    ("classes", [], "'classes'"),
    ("classes", ["L1", "L 2"], "'classes.1' is 'L 2'"),
    ("classes", ["L1", "{x}"], "'classes.1' is '{x}'"),
    ("classes", ["L1", "=1+1"], "'classes.1' is '=1+1'"),
    ("classes", ["L1", "L2\x1b[2J"], "'classes.1'"),
    ("methods", ["claeh"], "Did you mean 'clahe'?"),
    ("vote.rule", "plurality_", "There is no vote rule 'plurality_'; choose one of pathologist, plurality"),
    (
        "vote.rule",
        {"rule": "plurality", "ties": 5},
        "The vote's ties is 5; expected a class or a list of classes",
    ),
    ("vote.rule", {1: 2, "x": 3}, "The vote has no setting '1'"),
    ("vote.min_confidence", float("nan"), "'vote.min_confidence' is nan"),
    ("protocol.test_fraction", float("nan"), "'protocol.test_fraction' is nan"),
    ("protocol.name", "kfolds", "Did you mean 'kfold'?"),
    ("evaluation.confidence_level", float("inf"), "'evaluation.confidence_level' is inf"),
    ("evaluation.reference_method", "hee", "'evaluation.reference_method' is 'hee'"),
    ("variants.he.params", {"mode": "x"}, "variants.he"),
    ("variants.clahe.params", {"clip_limit": float("nan")}, "clip_limit"),
    ("threads.train", 10**6, "greater than the maximum of 1024"),
    ("cluster.jobs.train.minutes", 10**14, "greater than the maximum of 525600"),
    ("cluster.jobs.train.gpus", 10**9, "greater than the maximum of 64"),
    ("threads.train", 0, "'threads.train' is 0"),
    ("cluster.extra", "a\nb", "'cluster.extra'"),
    ("cluster.account", "lab; rm x", "'cluster.account' is 'lab; rm x'; expected: Account that pays"),
    ("cluster.partition", "--help", "'cluster.partition' is '--help'"),
    ("cluster.qos", "a\nb", "'cluster.qos'"),
    ("cluster.jobs.train.gpu_model", "a 100", "'cluster.jobs.train.gpu_model' is 'a 100'"),
    ("nothing", 1, "'nothing' is not known"),
]


def set_key(key: str, value: Any):
    """Return what checks the embedded default with one other value."""

    def check(_: Path) -> None:
        nested = value
        for part in reversed(key.split(".")):
            nested = {part: nested}
        validate_config(merged(embedded_config(), nested), SCHEMA)

    return check


CASES = [
    *group(load_config, "mine.yaml", *FILES),
    *(
        Case(f"{key}: {str(value)[:40]!r}", lambda path: None, says, set_key(key, value))
        for key, value, says in VALUES
    ),
]
