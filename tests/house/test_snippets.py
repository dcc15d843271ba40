"""The Python that README, CONTRIBUTING and the guide show is a file, word for word, and the file runs."""

import os
import subprocess
import sys

import pytest

from tamis.cli.system_file import load_system
from tests.house.pages import ROOT, blocks, guide_pages

PYTHON = [b for page in guide_pages() for b in blocks(page) if b.language in ("python", "py")]
EXAMPLES = ROOT / "docs" / "examples"
SCRIPTS = sorted(EXAMPLES.glob("check_*.py"))
SYSTEMS = sorted(p for p in EXAMPLES.glob("*.py") if "Funnel(" in p.read_text(encoding="utf-8"))


def test_readme_contributing_and_guide_show_python():
    shown = {b.page.name for b in PYTHON}
    assert {"README.md", "CONTRIBUTING.md", "first-system.md"} <= shown


@pytest.mark.parametrize("block", PYTHON, ids=lambda b: b.at)
def test_every_python_block_is_a_file_word_for_word(block):
    assert block.file is not None, "put <!-- path/of/the/file.py --> above the block"
    assert block.text == (ROOT / block.file).read_text(encoding="utf-8"), "run: .venv/bin/python scripts/snippets.py"


def test_every_example_is_shown():
    shown = {b.file for b in PYTHON}
    assert [
        str(p.relative_to(ROOT)) for p in sorted(EXAMPLES.glob("*.py")) if str(p.relative_to(ROOT)) not in shown
    ] == []


def test_the_system_of_the_readme_is_short():
    block = next(b for b in PYTHON if b.page.name == "README.md")
    assert len([line for line in block.text.splitlines() if line.strip()]) <= 40


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_example_scripts_run(path):
    done = subprocess.run([sys.executable, path.name], cwd=EXAMPLES, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", SYSTEMS, ids=lambda p: p.name)
def test_example_systems_are_built(path):
    assert load_system(path).funnel.retrieve
