"""The native heap walker; everything else about the project stands in pyproject.toml."""

import os
from pathlib import Path

from setuptools import Extension, setup

here = Path(__file__).parent
sources = sorted(
    str(path.relative_to(here)) for path in (here / "csrc").glob("**/*.c") if not path.name.startswith("test_")
)
headers = sorted(str(path.relative_to(here)) for path in (here / "csrc").glob("**/*.h"))
flags = ["-std=c11", "-O2", "-g0", "-Wall", "-Wextra", "-fno-strict-aliasing", "-fvisibility=hidden"]
if os.environ.get("STOPPER_WERROR") == "1":
    flags.append("-Werror")

setup(
    ext_modules=[
        Extension(
            "stopper.probe.heap._native",
            sources=sources,
            depends=headers,
            include_dirs=["csrc"],
            define_macros=[("_GNU_SOURCE", "1"), ("NDEBUG", "1")],
            extra_compile_args=flags,
            optional=True,  # without a compiler, or on an unknown interpreter, the pure-Python twin serves
        )
    ]
)
