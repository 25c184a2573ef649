"""The application: its commands, and how it is run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from .._version import package_version
from . import compare, evaluate, info, ising, sample, train
from .failures import INTERRUPTED, CommandError, as_failures, reported, warnings_in_one_line

__all__ = ["app", "run"]


class Application(TyperGroup):
    """A group of commands whose failures are one line on standard error and an exit code."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Parse, run and leave."""
        options["standalone_mode"] = False
        try:
            with warnings_in_one_line(), as_failures():
                # Without its standalone mode, typer returns the code that it would exit with.
                code = super().main(*args, **options) or 0
                if code == INTERRUPTED:
                    raise KeyboardInterrupt
        except CommandError as failed:
            code = failed.code
        sys.exit(code)


app = typer.Typer(
    name="scorerbm",
    cls=Application,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"scorerbm {package_version()}")
        raise typer.Exit


@app.callback(
    invoke_without_command=True,
    epilog="`scorerbm compare` alone runs the main benchmark. Any command says more with --help.",
)
def _scorerbm(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_show_version, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Restricted Boltzmann machines as one-shot samplers of score-based diffusion models."""
    if context.invoked_subcommand is None:
        print(context.get_help())


def _examples(lines: Sequence[str]) -> str:
    return "\n\n".join(["**Examples**", *(f"- `{line}`" for line in lines)])


app.command(epilog=_examples(train.EXAMPLES))(train.train)
app.command(epilog=_examples(sample.EXAMPLES))(sample.sample)
app.command(epilog=_examples(compare.EXAMPLES))(compare.compare)
app.command(epilog=_examples(evaluate.EXAMPLES))(evaluate.evaluate)
app.command(epilog=_examples(ising.EXAMPLES))(ising.ising)
app.command(epilog=_examples(info.EXAMPLES))(info.info)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the application; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal may lack Greek letters
    try:
        get_command(app).main(
            args=None if arguments is None else list(arguments), prog_name="scorerbm"
        )
    except SystemExit as leave:
        return _flushed(leave.code if isinstance(leave.code, int) else 1)
    except KeyboardInterrupt:
        return reported("interrupted", INTERRUPTED).code
    raise AssertionError("main leaves by SystemExit")


def _flushed(code: int) -> int:
    """Write out what is buffered: a reader that has gone away is a failure, but no traceback."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return code or 1
    return code
