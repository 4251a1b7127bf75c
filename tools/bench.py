"""Run the benchmarks in bench/ with the wheel and the peers they compare with, in a venv of their own.

Arguments go to each benchmark: `python tools/bench.py --objects 200000`.
"""

from __future__ import annotations

import subprocess
import sys

import interpreters
import venvs
from suite import say

FOLDER = venvs.ROOT / ".venv-bench"
PEERS = ("guppy3", "objgraph", "pympler")


def main() -> int:
    """Run every benchmark in turn; return 1 where one failed."""
    running = interpreters.probe(sys.executable)
    benchmarks = sorted((venvs.ROOT / "bench").glob("*.py"))
    if running is None or not benchmarks:
        say("nothing in bench/" if running else f"{sys.executable} cannot make a venv: install python3-venv")
        return 1
    with venvs.locked(FOLDER):
        venv = venvs.Venv(FOLDER / running.minor, running)
        venv.create()
        venv.install(venvs.needs("test"))
        for peer in PEERS:  # each by itself: one that does not build here is one that is not compared with
            command = [venv.python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", peer]
            if subprocess.run(command, capture_output=True, env=venvs.environment(), check=False).returncode:
                say(f"{peer} cannot be installed for Python {running.full}: not compared with")
        venv.install_wheel(lambda: venvs.build_sdist(venv, FOLDER / "sdist"), venvs.source_digest())
    codes = [venvs.run([venv.python, benchmark, *sys.argv[1:]], check=False) for benchmark in benchmarks]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
