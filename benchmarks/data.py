"""Where the public data sets are: folders of the place that TAMIS_DATA names."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def folder(name: str, *files: str) -> Path:
    """Return the folder of a data set, or end the program with one line that says what is missing."""
    root = os.environ.get("TAMIS_DATA")
    if not root:
        sys.exit(f"TAMIS_DATA is not set: let it name the folder that holds {name}/")
    found = Path(root) / name
    missing = [file for file in files if not (found / file).exists()]
    if missing:
        sys.exit(f"{found} has no {missing[0]}: TAMIS_DATA names {root}")
    return found
