"""Venvs with stopper's wheel in them, made once and made again only when what they are made of has changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from interpreters import Interpreter

ROOT = Path(__file__).resolve().parent.parent
PACKAGED = ("pyproject.toml", "setup.py", "MANIFEST.in", "LICENSE", "README.md", "CHANGELOG.md", "src", "csrc")
"""What the wheel is made of; a change in any of these makes a new one."""

_NEVER_PACKAGED = ("__pycache__", "*.so", "*.o", "*.egg-info", "build", ".*")


class Venv:
    """A venv under *folder*, of *interpreter*; what was installed is remembered in stamp files beside it."""

    def __init__(self, folder: Path, interpreter: Interpreter) -> None:
        self.folder = folder
        self.interpreter = interpreter
        self.python = folder / "bin" / "python"

    def create(self) -> None:
        """Make it, or make it anew where it does not start or belongs to another interpreter."""
        stamp = Stamp(self.folder / ".interpreter", [self.interpreter.full, self.interpreter.path])
        if stamp.fresh() and run([self.python, "-c", ""], check=False) == 0:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        run([self.interpreter.path, "-m", "venv", self.folder])
        stamp.write()

    def install(self, requirements: Iterable[str]) -> None:
        """Install *requirements*, unless this very list was installed last time."""
        wanted = sorted(set(requirements))
        stamp = Stamp(self.folder / ".requirements", wanted)
        if not stamp.fresh():
            self.pip("install", "--upgrade", "--upgrade-strategy", "only-if-needed", *wanted)
            stamp.write()

    def install_wheel(self, sdist: Callable[[], Path], source: str) -> None:
        """Build the wheel from *sdist* and install it, unless the one in place was made from *source* (a digest)."""
        stamp = Stamp(self.folder / ".wheel", [source])
        if stamp.fresh():
            return
        wheels = self.folder / "wheels"
        shutil.rmtree(wheels, ignore_errors=True)
        self.pip("wheel", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--wheel-dir", wheels, sdist())
        self.pip("install", "--no-deps", "--force-reinstall", *wheels.glob("*.whl"))
        stamp.write()

    def pip(self, command: str, *arguments: str | Path) -> None:
        """Run the venv's pip. Raises: SystemExit, with what to look at."""
        run([self.python, "-m", "pip", command, "-qq", "--disable-pip-version-check", *arguments])


class Stamp:
    """A file that remembers the digest of what something was made of."""

    def __init__(self, path: Path, parts: Iterable[str]) -> None:
        self.path = path
        self.digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def fresh(self) -> bool:
        """Whether it was made of the same."""
        return self.path.is_file() and self.path.read_text() == self.digest

    def write(self) -> None:
        """Remember it: call this only when the making succeeded."""
        self.path.write_text(self.digest)


def run(command: list[str | Path], *, check: bool = True, cwd: Path = ROOT, env: dict[str, str] | None = None) -> int:
    """Run *command* and return its exit code. Raises: SystemExit where it failed and *check* is set."""
    code = subprocess.run(command, cwd=cwd, env=env or environment(), check=False).returncode
    if check and code:
        raise SystemExit(f"exit code {code}: {' '.join(map(str, command))}")
    return code


def environment(**further: str) -> dict[str, str]:
    """Return this process's environment without what would lead Python to other code than the venv's."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "STOPPER_", "MAKE"))}
    return kept | further


def needs(group: str | None = None) -> list[str]:
    """Return stopper's own dependencies, the build backend, and those of dependency *group*, if one is named."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    own = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    return own + (_group(project, group) if group else [])


def _group(project: dict, name: str) -> list[str]:
    """One group with those it includes (PEP 735), which pip itself understands only since 25.1."""
    listed = project["dependency-groups"][name]
    included = [item["include-group"] for item in listed if not isinstance(item, str)]
    return [item for item in listed if isinstance(item, str)] + [
        item for other in included for item in _group(project, other)
    ]


def requirements(path: Path) -> list[str]:
    """Return the lines of a requirements.txt, without comments; none where there is no such file."""
    lines = path.read_text().splitlines() if path.is_file() else []
    return [line for raw in lines if (line := raw.partition("#")[0].strip())]


def source_digest() -> str:
    """Return the digest of all that the wheel is made of, names and contents."""
    total = hashlib.sha256()
    for path in sorted(path for name in PACKAGED for path in _files(ROOT / name)):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    """*path* if it is a file; the files below it that belong to the sources if it is a folder."""
    if path.is_file():
        yield path
    elif path.is_dir():
        for folder, folders, names in os.walk(path):
            ignored = shutil.ignore_patterns(*_NEVER_PACKAGED)(folder, folders + names)
            folders[:] = [name for name in folders if name not in ignored]
            yield from (Path(folder, name) for name in names if name not in ignored)


def build_sdist(venv: Venv, folder: Path) -> Path:
    """Build the source distribution from a clean copy, so that nothing stale of an earlier build gets into it."""
    copy = folder / "source"
    shutil.rmtree(folder, ignore_errors=True)
    for name in (*PACKAGED, "Makefile", "tests", "tools"):
        for path in _files(ROOT / name):
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    code = "import setuptools.build_meta as backend, sys; backend.build_sdist(sys.argv[1])"
    made = subprocess.run(
        [venv.python, "-c", code, folder], cwd=copy, env=environment(), capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SystemExit(f"the source distribution does not build:\n{made.stdout}{made.stderr}")
    return next(folder.glob("*.tar.gz"))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold *folder* for this process alone: two runs in one checkout take turns."""
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another run is using {folder.name}: waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
