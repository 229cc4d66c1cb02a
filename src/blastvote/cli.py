"""``blastvote``: the library's functions from a shell, for single images and quick looks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from blastvote import __version__
from blastvote.commands import actions, arguments
from blastvote.errors import InputError, describe


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 1 after a user's mistake."""
    argv = list(sys.argv[1:] if argv is None else argv)
    if argv[:1] == ["run"] and argv[1:] not in (["-h"], ["--help"]):
        options = argparse.Namespace(
            run=actions.run, snakemake=argv[1:]
        )  # Snakemake's, whatever they look like
    else:
        options = _parser().parse_args(argv)
    try:
        return options.run(options) or 0
    except InputError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has gone
        return 0
    except OSError as error:  # no such folder, no permission, disk full
        print(f"Error: {describe(error)}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    description = (__doc__ or "").replace("`", "")
    parser = argparse.ArgumentParser(prog="blastvote", description=description)
    parser.add_argument("--version", action="version", version=f"blastvote {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    for function, add_arguments in COMMANDS.items():
        name, text = function.__name__, function.__doc__
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=function)
        add_arguments(command.add_argument)
    return parser


COMMANDS: dict[Callable[[argparse.Namespace], int | None], Callable[[arguments.Add], None]] = {
    actions.run: arguments.run,
    actions.enhance: arguments.enhance,
    actions.methods: arguments.nothing,
    actions.simulate: arguments.simulate,
    actions.check: arguments.check,
    actions.init: arguments.init,
    actions.predict: arguments.predict,
    actions.summary: arguments.summary,
    actions.export: arguments.export,
    actions.crate: arguments.crate,
}
"""What runs a command, and what adds its arguments."""


if __name__ == "__main__":
    sys.exit(main())
