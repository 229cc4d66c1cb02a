"""Run one rule's script by hand: ``python -m blastvote.debug RULE WILDCARD=VALUE ...``.

The rule's job is taken from the parsed workflow, its script gets a stand-in for Snakemake's object, and what it would
write goes below ``debug/`` instead, so that a study's files stay as they are. No traceback is hidden, so debuggers
work: ``python -m pdb -m blastvote.debug score method=he seed=1 fold=0``.

This is the one module that imports Snakemake (when called).
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from blastvote.errors import InputError
from blastvote.logs import configure_logging
from blastvote.wording import listed, suggest

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def parsed_workflow(
    directory: Path, config: Mapping[str, Any] | None = None, config_files: Sequence[Path] = ()
) -> Iterator[Any]:
    """Give Snakemake's `Workflow` of this checkout, parsed with a configuration as `snakemake` would.

    Parameters
    ----------
    directory
        Working directory; it is changed to, and back in the end.
    config
        Values laid over everything else.
    config_files
        Laid over ``config/config.yaml`` in this order.

    Raises
    ------
    InputError
        If the configuration or its data cannot be used.
    """
    from snakemake.api import SnakemakeApi
    from snakemake.exceptions import WorkflowError
    from snakemake.settings.types import ConfigSettings, OutputSettings, Quietness, ResourceSettings

    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        workflow = api.workflow(
            resource_settings=ResourceSettings(cores=sys.maxsize),  # a job gets the threads it asks for,
            config_settings=ConfigSettings(config=dict(config or {}), configfiles=tuple(config_files)),
            snakefile=ROOT / "Snakefile",
            workdir=directory,
        )
        try:
            yield workflow._workflow
        except WorkflowError as error:
            raise InputError(str(error)) from None
        except SystemExit as end:  # the workflow has told a user's mistake
            if isinstance(end.__cause__, InputError):
                raise end.__cause__ from None
            raise


def stand_in(workflow: Any, rule_name: str, wildcards: Mapping[str, str], out: Path) -> SimpleNamespace:
    """Return what a rule's script reads of Snakemake's object, and its ``scriptpath``.

    Parameters
    ----------
    workflow
        Of :func:`parsed_workflow`.
    rule_name, wildcards
        Which job.
    out
        Folder below which its outputs and its log go.

    Raises
    ------
    InputError
        If there is no such rule, or its wildcards are others.
    """
    from snakemake.iocontainers import Wildcards

    rules = {rule.name: rule for rule in workflow.rules if rule.script}
    if rule_name not in rules:
        raise InputError(f"There is no rule {rule_name!r} with a script.{suggest(rule_name, rules)}")
    rule = rules[rule_name]
    if set(rule.wildcard_names) != set(wildcards):
        expected = " ".join(f"{name}=..." for name in sorted(rule.wildcard_names)) or "none"
        raise InputError(f"Rule {rule_name!r} takes these wildcards: {expected}.")
    values = Wildcards(fromdict=dict(wildcards))
    inputs, *_ = rule.expand_input(values)
    outputs, _ = rule.expand_output(values)
    resources = rule.expand_resources(values, inputs, attempt=1)
    job = SimpleNamespace(resources=resources)
    params, _ = rule.expand_params(values, inputs, outputs, job)
    moved, log = outputs._plainstrings(), rule.expand_log(values)._plainstrings()
    for files in (moved, log):
        _redirect(files, out)
    return SimpleNamespace(
        rule=rule_name, input=inputs._plainstrings(), output=moved, log=log, params=params, wildcards=values,
        threads=resources["_cores"], resources=resources, config=workflow.globals["config"], attempt=1,
        scriptpath=Path(workflow.basedir, "workflow", "rules", rule.script).resolve(),
    )  # fmt: skip


def _redirect(files: Any, out: Path) -> None:
    """Put every path of a named list below `out`, in place."""
    names = dict(files._get_names())
    files[:] = [str(out / Path(path).relative_to(Path(path).anchor)) for path in files]
    files._take_names(names.items())
    for path in files:
        Path(path).parent.mkdir(parents=True, exist_ok=True)


def run_rule(snakemake: SimpleNamespace) -> None:
    """Import a rule's script and call its ``main`` with the stand-in.

    Raises
    ------
    InputError
        If an input file is missing.
    """
    missing = [path for path in snakemake.input if not Path(path).exists()]
    if missing:
        raise InputError(
            f"{len(missing)} input files of rule {snakemake.rule!r} do not exist: {listed(missing)}. "
            f"Make them first: snakemake --cores all {missing[0]}"
        )
    spec = importlib.util.spec_from_file_location(snakemake.scriptpath.stem, snakemake.scriptpath)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    configure_logging(snakemake.log[0] if snakemake.log else None)
    module.main(snakemake)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 1 after a user's mistake."""
    parser = argparse.ArgumentParser(prog="python -m blastvote.debug", description=__doc__)
    parser.add_argument("rule")
    parser.add_argument("wildcards", nargs="*", metavar="WILDCARD=VALUE")
    parser.add_argument("--configfile", type=Path, action="append", default=[])
    parser.add_argument("--directory", type=Path, default=Path(), help="where the study runs")
    parser.add_argument("--out", type=Path, default=Path("debug"), help="folder of what the rule writes")
    options = parser.parse_args(arguments)
    wildcards = dict(pair.partition("=")[::2] for pair in options.wildcards)
    files = [path.resolve() for path in options.configfile]
    try:
        with parsed_workflow(options.directory, config_files=files) as workflow:
            run_rule(stand_in(workflow, options.rule, wildcards, options.out))
    except InputError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
