"""The command line: one file a verb. The exit code lives in the verb, errors exit with 2."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click

from stopper import __version__
from stopper.cli.check import check
from stopper.errors import StopperError

TARGET_WRONG = 2
"""Exit code when the target or the command line is wrong (click's own, too)."""

INTERRUPTED = 130
"""Exit code after Ctrl-C where there is no report to give: 128 + SIGINT, as shells have it."""

ABOUT = """stopper finds memory leaks in Flask applications: which endpoint leaks, how much a request,
who holds it, which line to open, why, and how to fix it.

\b
  find      Does my app leak? Where, how fast, who holds it, which line?
            stopper check shop:app

\b
Examples:
  stopper check shop:app
  stopper check "shop:create_app()" --json report.json
  stopper check path/to/app.py --scenario scenario.py
"""


@click.group(
    help=ABOUT,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="stopper")
@click.pass_context
def cli(context: click.Context) -> None:
    """Explain the jobs when no verb is given."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


cli.add_command(check)


def main() -> None:
    """Run the command line; errors that a person can put right are told in plain words, without a traceback."""
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(TARGET_WRONG)
    except StopperError as error:
        click.echo(f"stopper: {error}", err=True)
        sys.exit(TARGET_WRONG)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("stopper: interrupted", err=True)
        sys.exit(INTERRUPTED)
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, _frame: FrameType | None) -> None:
    """End as after an error, so that the app's process and its folder go, too."""
    sys.exit(128 + number)
