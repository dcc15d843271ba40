"""Where the tests of this room find real tables."""

import os
from pathlib import Path

import pytest


def real_file(name: str) -> Path:
    folder = os.environ.get("TAMIS_DATA")
    if not folder:
        pytest.skip("TAMIS_DATA is not set: no real data to read")
    path = Path(folder) / name
    if not path.exists():
        pytest.skip(f"{name} is not in TAMIS_DATA")
    return path
