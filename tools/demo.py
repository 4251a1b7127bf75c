"""Find the leaks planted in examples/shop. Exit code 0 exactly when stopper says that it leaks (its exit code 1).

With --run SCRIPT, run that script instead in the same venv, which has stopper and what the shop needs.
"""

from __future__ import annotations

import argparse
import sys

import interpreters
import suite
import venvs
from suite import say

FOLDER = venvs.ROOT / ".venv"
SHOP = venvs.ROOT / "examples" / "shop"
TARGET = "shop:create_app()"
LEAKING = 1
"""stopper's exit code for an app that leaks."""


def main() -> int:
    """Install what is needed, run the demo or the script, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", metavar="SCRIPT", help="a script to run in the venv instead of the demo")
    script = parser.parse_args().run
    with venvs.locked(FOLDER):
        venv = installed()
    if script:
        return venvs.run([venv.python, script], check=False)
    say(f"examples/shop$ stopper check '{TARGET}'")
    code = venvs.run([venv.folder / "bin" / "stopper", "check", TARGET], check=False, cwd=SHOP)
    if code != LEAKING:
        say(f"the shop leaks, so stopper should have ended with exit code {LEAKING}; it ended with {code}")
    return 0 if code == LEAKING else 1


def installed() -> venvs.Venv:
    """Return .venv with stopper's wheel and the shop's needs in it, as a user would have them."""
    running = interpreters.probe(sys.executable)
    if running is None:
        raise SystemExit(f"{sys.executable} cannot make a venv: apt-get install python3-venv")
    venv = venvs.Venv(FOLDER, running)
    venv.create()
    venv.install(venvs.needs() + suite.shop_needs())
    source = venvs.source_digest()
    venv.install_wheel(lambda: venvs.build_sdist(venv, FOLDER / "sdist"), source)
    return venv


if __name__ == "__main__":
    sys.exit(main())
