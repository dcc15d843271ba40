"""The steps of `make demo`, as the Makefile has them, in a copy of the example."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.xdist_group("demo")
TAMIS = Path(sys.executable).with_name("tamis")


def steps() -> list[list[str]]:
    """Return the commands of the demo's recipe, with the Makefile's names filled in."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    names = dict(re.findall(r"^(\w+) := (.*)$", text, re.M))
    recipe = re.search(r"^demo:.*\n((?:\t.*\n)+)", text, re.M)[1]
    for name, value in names.items():
        recipe = recipe.replace(f"$({name})", value)
    return [shlex.split(line) for line in recipe.strip().splitlines()]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess:
    """Run one `tamis` command in a folder."""
    return subprocess.run([str(TAMIS), *command], cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Return the folder of the demo after all of its steps, and what each printed."""
    folder = tmp_path_factory.mktemp("demo")
    ignored = shutil.ignore_patterns("*.tamis", "__pycache__")
    shutil.copytree(ROOT / "examples" / "movies", folder / "examples" / "movies", ignore=ignored)
    printed = {}
    for program, *command in steps():
        assert Path(program).name == "tamis"
        done = run(command, folder)
        assert done.returncode == 0, done.stderr
        printed[command[0]] = done.stdout
    return folder, printed


def test_the_demo_evaluates_trains_and_recommends(demo):
    assert list(demo[1]) == ["evaluate", "train", "recommend"]


def test_the_table_has_the_system_above_the_trivial_rows(demo):
    told = demo[1]["evaluate"]
    assert "global time split" in told
    first = dict(re.findall(r"^ (movies-for-you|random|popular \(trivial\)|popular) .*?(0\.\d{4})", told, re.M))
    assert float(first["movies-for-you"]) > float(first["random"])
    for row in ("random (trivial)", "where quality is lost", "retrieve and filter", "what the sources found"):
        assert row in told


def test_the_report_is_one_page_with_plots_and_needs_no_network(demo):
    page = (demo[0] / "build" / "movies.html").read_text(encoding="utf-8")
    assert "movies-for-you" in page
    assert "<script" not in page and not re.search(r"(src|href)=\"https?://", page)


def test_the_page_has_twenty_films_each_with_a_reason(demo):
    page = json.loads(run(["recommend", "examples/movies/movies.py", "--user", "42", "--json"], demo[0]).stdout)
    assert [item["position"] for item in page["items"]] == list(range(1, 21))
    assert len({item["id"] for item in page["items"]}) == 20
    assert all(item["title"] and item["reason"] for item in page["items"])
    assert page["degraded"] == []
    for item in page["items"][:3]:
        assert item["title"] in demo[1]["recommend"] or item["id"] in demo[1]["recommend"]


def test_a_film_of_the_page_and_one_off_it_are_explained(demo):
    page = json.loads(run(["recommend", "examples/movies/movies.py", "--user", "42", "--json"], demo[0]).stdout)
    shown = page["items"][0]["id"]
    ask = ["explain", "examples/movies/movies.py", "--user", "42", "--json", "--item"]
    assert json.loads(run([*ask, shown], demo[0]).stdout)["position"] == 1
    lost = next(i for i in ("1", "2", "3", "2571") if i not in {item["id"] for item in page["items"]})
    told = json.loads(run([*ask, lost], demo[0]).stdout)
    assert told["position"] is None and told["lost_at"] and told["reason"]
