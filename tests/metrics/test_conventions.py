"""The room's rules: conventions stated, exports sorted, imports light, every metric in the reference."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tamis.metrics

ROOM = Path(tamis.metrics.__file__).parent
FILES = sorted(path for path in ROOM.glob("*.py") if path.name != "__init__.py")
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_states_its_five_conventions(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    starts = [line.split(":")[0] for line in docstring.splitlines() if ":" in line]
    for word in ("Gain", "Discount", "Ties", "Empty truth", "Averaging"):
        assert word in starts, f"{path.name} does not state {word}"


def test_exports_are_sorted_and_importable() -> None:
    names = tamis.metrics.__all__
    assert names == sorted(set(names))
    assert all(hasattr(tamis.metrics, name) for name in names)


def test_every_metric_is_in_the_reference() -> None:
    text = REFERENCE.read_text()
    assert [name for name in tamis.metrics.__all__ if f"`{name}" not in text] == []


def test_the_import_is_light() -> None:
    code = (
        "import sys, tamis.metrics; print([m for m in ('scipy', 'sklearn', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
