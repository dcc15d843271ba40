"""`import tamis` and `tamis --help` are instant: nothing heavy is loaded before it is used."""

import json
import resource
import subprocess
import sys
import time
from statistics import median

import pytest

BOUND = 0.3
BUSY = 0.1
HEAVY = ("numpy", "scipy", "pyarrow", "pandas", "ibis", "duckdb", "lightgbm", "sklearn", "jinja2", "rich.progress")
HELP = "import sys; sys.argv = ['tamis', '--help']; from tamis.cli import main; main()"


def seconds(code: str) -> tuple[float, float]:
    """Return the median wall and processor time of five child processes that run `code`."""
    wall, processor = [], []
    for _ in range(5):
        used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        wall.append(time.perf_counter() - began)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)
    return median(wall), median(processor)


@pytest.mark.parametrize(("what", "code"), [("import tamis", "import tamis"), ("tamis --help", HELP)])
def test_it_starts_in_time(what, code):
    bare, _ = seconds("pass")
    wall, processor = seconds(code)
    assert processor < BOUND, f"{what} takes {processor:.3f} s of processor time"
    if bare > BUSY or wall > 2 * processor:
        pytest.skip(f"the machine is busy (python -c pass {bare:.2f} s): {what} took {processor:.2f} s of {wall:.2f} s")
    assert wall < BOUND, f"{what} takes {wall:.3f} s (python alone {bare:.3f} s)"


def loaded_by(code: str) -> set[str]:
    """Return which heavy libraries a child process has loaded when `code` ends."""
    told = f"import atexit, json, sys; atexit.register(lambda: print('|', json.dumps([*sys.modules]))); {code}"
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    return set(HEAVY) & set(json.loads(done.stdout.rpartition("|")[2]))


def test_importing_tamis_loads_nothing_heavy():
    assert loaded_by("import tamis") == set()


def test_help_loads_nothing_heavy():
    assert loaded_by(HELP) == set()


@pytest.mark.parametrize("verb", ["new", "check", "train", "evaluate", "recommend", "explain"])
def test_help_of_a_verb_loads_nothing_heavy_and_has_an_example(verb):
    code = HELP.replace("'--help'", f"'{verb}', '--help'")
    assert loaded_by(code) == set()
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert f"Example: tamis {verb} " in done.stdout
