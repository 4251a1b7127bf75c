"""Whose code is it? The user's, a library's, the standard library's, or ours."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

OWN_FOLDER = str(Path(__file__).resolve().parent.parent)


class Project:
    """Tells the user's files from others.

    The user's are those outside the interpreter's and its packages' folders, and those of the
    target's own top-level package wherever that is installed.
    """

    def __init__(self, target_file: str | None, folder: str) -> None:
        """target_file: the file of the module that holds the app; folder: what paths are shown relative to."""
        self.folder = os.path.realpath(folder)
        paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
        paths |= {*site.getsitepackages(), site.getusersitepackages(), sys.prefix + "/lib", sys.base_prefix + "/lib"}
        self._foreign = tuple(sorted(os.path.realpath(path) + os.sep for path in paths if path))
        self._home = ""
        if target_file:
            home = os.path.realpath(os.path.dirname(target_file))
            if home.startswith(self._foreign):
                while os.path.isfile(os.path.join(os.path.dirname(home), "__init__.py")):
                    home = os.path.dirname(home)
                self._home = home + os.sep
        self.owns = lru_cache(maxsize=4096)(self._owns)

    def _owns(self, filename: str) -> bool:
        if not filename or filename.startswith("<"):
            return False
        path = os.path.realpath(filename)
        if path.startswith(OWN_FOLDER + os.sep):
            return False
        if self._home and path.startswith(self._home):
            return True
        return not path.startswith(self._foreign)

    def owns_module(self, _name: str, module: ModuleType) -> bool:
        """Whether a module is the user's, by its file."""
        file = module.__dict__.get("__file__")
        return isinstance(file, str) and self.owns(file)

    def owns_code(self, code: CodeType) -> bool:
        """Whether a code object is the user's."""
        return bool(self.owns(code.co_filename))

    def shown(self, filename: str) -> str:
        """A file's path as it is shown: relative to the project's folder where it lies in it."""
        path = os.path.realpath(filename)
        if path.startswith(self.folder + os.sep):
            return os.path.relpath(path, self.folder)
        for entry in sys.path:
            base = os.path.realpath(entry or ".")
            if base != os.sep and path.startswith(base + os.sep):
                return os.path.relpath(path, base)
        return path


def is_ours(code: CodeType) -> bool:
    """Whether a code object belongs to stopper itself."""
    return code.co_filename.startswith(OWN_FOLDER + os.sep)


def definition(function: FunctionType) -> tuple[str, int, str]:
    """File, line (that of the first decorator) and qualified name of a function."""
    code = function.__code__
    return code.co_filename, code.co_firstlineno, function.__qualname__
