"""Loading the app that a target names, as `flask --app` does."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import click
from flask import cli as flask_cli

from stopper.errors import TargetError

if TYPE_CHECKING:
    from flask import Flask


def load_app(target: str) -> Flask:
    """The app that *target* names: `shop:app`, `shop:create_app()`, `path/to/app.py`, `shop`.

    Environment files (`.env`, `.flaskenv`) are read as `flask` reads them.

    Raises: TargetError: no such module, no app in it, or its import or factory raised.
    """
    if not target.strip():
        raise TargetError("the target is empty: name the app as for `flask --app`, for instance shop:app")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    flask_cli.load_dotenv()
    try:
        return flask_cli.ScriptInfo(app_import_path=target, set_debug_flag=False).load_app()
    except flask_cli.NoAppException as error:
        met = error.__context__
        if isinstance(met, ImportError) and "Could not import" not in error.format_message():
            raise TargetError(_raised(target, met)) from error  # it was met by the app's own code
        raise TargetError(_no_app(target, error)) from error
    except click.ClickException as error:
        raise TargetError(f"{target}: {error.format_message()}") from error
    except SystemExit as error:
        where = _last_frame(error)
        raise TargetError(
            f"importing {target} called sys.exit({error.code!r}){where}: an app must be importable without ending "
            "the process; move what parses arguments or runs the server under `if __name__ == '__main__':`"
        ) from error
    except Exception as error:
        raise TargetError(_raised(target, error)) from error


def _raised(target: str, error: BaseException) -> str:
    return (
        f"loading {target} raised {type(error).__name__}: {error}{_last_frame(error)}\n"
        f"Mend that first; `flask --app {target} routes` should then list the app's routes."
    )


def _no_app(target: str, error: flask_cli.NoAppException) -> str:
    message = error.format_message().strip()
    name = target.partition(":")[0]
    if "Could not import" in message:
        hint = "" if name.endswith(".py") or "/" not in name else " (a path must end in .py or name a package's folder)"
        return (
            f"no module named {name!r} in {os.getcwd()}{hint}: run from the project's folder, or pass a path to app.py"
        )
    return f"{target}: {message}"


def _last_frame(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = os.path.dirname(os.path.abspath(__file__))
    foreign = [
        frame for frame in frames if not frame.filename.startswith(own) and not frame.filename.startswith("<frozen")
    ]
    return f" at {foreign[-1].filename}:{foreign[-1].lineno}" if foreign else ""


def load_object(spec: str, default_name: str) -> tuple[ModuleType, str]:
    """The module that `FILE`, `FILE:name`, `module` or `module:name` names, and the name in it.

    Raises: ModuleNotFoundError, FileNotFoundError: nothing there; what the module's code raises.
    """
    path, _, name = spec.rpartition(":") if ":" in spec else (spec, "", default_name)
    if path.endswith(".py") or os.sep in path:
        file = Path(path).resolve()
        if not file.is_file():
            raise FileNotFoundError(path)
        if str(file.parent) not in sys.path:
            sys.path.insert(0, str(file.parent))
        loader_spec = importlib.util.spec_from_file_location(file.stem, file)
        if loader_spec is None or loader_spec.loader is None:
            raise FileNotFoundError(path)
        module = sys.modules.get(file.stem)
        if module is None or getattr(module, "__file__", None) != str(file):
            module = importlib.util.module_from_spec(loader_spec)
            sys.modules[file.stem] = module
            loader_spec.loader.exec_module(module)
        return module, name
    return importlib.import_module(path), name
