"""Where setuptools finds `memctx`; all else is in pyproject.toml.

The root is the package. What is built of it says so; an editable install names `.typing`
instead, whose `memctx` is a link to the root: a folder on the path is seen by mypy and pyright,
the hook that setuptools would install is not. Without the link, where a file system has none,
it is that hook.
"""

import sys
from pathlib import Path

from setuptools import setup

linked = (Path(__file__).parent / ".typing" / "memctx" / "__init__.py").is_file()
editable = "editable_wheel" in sys.argv
setup(
    script_name="setup.py",  # so that it is known, and no part of the package that it lies in
    package_dir={"": ".typing"} if editable and linked else {"memctx": "."},
)
