"""Everything public is in the reference: names, metrics, options of stages, verbs and options of the command line."""

import dataclasses
import doctest
import re

import pytest
import typer

import tamis
from tamis.cli.app import app
from tests.house.pages import REFERENCE, ROOT, pages, reference_text
from tests.house.parts import is_part
from tests.house.sources import exported

CLI = (REFERENCE / "cli.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands
EXPORTED = [pytest.param(name, id=f"{room}.{name}") for room, name, _ in exported()]
WITH_OPTIONS = [
    pytest.param(name, thing, id=f"{room}.{name}")
    for room, name, thing in exported()
    if is_part(thing) and room.startswith(("tamis.stages", "tamis.models"))
]


def mentioned(name: str, text: str) -> bool:
    """Return whether a text has the name as code: `name`, `name(...)` or inside a block."""
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) is not None


@pytest.mark.parametrize("name", EXPORTED)
def test_every_exported_name_is_in_the_reference(name):
    assert re.search(rf"`(tm\.)?{re.escape(name)}\b", reference_text()), f"`{name}` is on no page of docs/reference"


@pytest.mark.parametrize(("name", "part"), WITH_OPTIONS)
def test_every_option_of_a_stage_and_model_is_in_the_reference(name, part):
    missing = [f.name for f in dataclasses.fields(part) if f.init and not mentioned(f.name, reference_text())]
    assert missing == []


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_verb_and_option_is_in_the_reference(verb):
    section = re.search(rf"^## `tamis {verb}.*?(?=^## |\Z)", CLI, re.M | re.S)
    assert section, f"no section for {verb}"
    options = [o for p in COMMANDS[verb].params for o in p.opts if o.startswith("--") and o != "--help"]
    assert [option for option in options if f"`{option}" not in section[0]] == []


def test_every_exit_code_is_in_the_reference():
    assert [code for code in (0, 1, 2, 130) if f"| {code} |" not in CLI] == []


def test_every_command_in_the_documentation_is_one():
    """A `tamis verb --option` in a page names a verb and options that exist."""
    wrong = []
    for page in pages():
        for line in page.read_text(encoding="utf-8").splitlines():
            for told in re.findall(r"(?:^\$? ?|`)tamis ([a-z]+)([^`;#]*)", line):
                if told[0] not in COMMANDS:
                    wrong.append(f"{page.relative_to(ROOT)}: tamis {told[0]}")
                    continue
                known = {o for p in COMMANDS[told[0]].params for o in p.opts} | {"--help", "-h"}
                wrong += [
                    f"{page.relative_to(ROOT)}: {o}"
                    for o in re.findall(r"(?<!\S)--?[a-z-]+", told[1])
                    if o not in known
                ]
    assert wrong == []


@pytest.mark.parametrize("page", sorted(REFERENCE.glob("*.md")), ids=lambda p: p.name)
def test_the_examples_of_the_reference_run(page):
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.testfile(str(page), module_relative=False, optionflags=flags).failed == 0


def test_every_name_of_tm_in_the_documentation_exists():
    wrong = []
    for page in pages():
        named = set(re.findall(r"\btm\.([A-Za-z_]+)", page.read_text(encoding="utf-8")))
        wrong += [f"{page.relative_to(ROOT)}: tm.{name}" for name in sorted(named) if not hasattr(tamis, name)]
    assert wrong == []


def test_links_between_pages_lead_somewhere():
    wrong = []
    for page in pages():
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        lost = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
        wrong += [f"{page.relative_to(ROOT)}: {target}" for target in lost]
    assert wrong == []


def test_the_project_never_mentions_where_it_was_made():
    """Only the Makefile may say where test data could lie beside the project."""
    places = re.compile("|".join(re.escape("/".join(parts)) for parts in (("..", "shared"), ("", "work", ""))))
    skipped = {".git", ".venv", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache", "build", "dist"}
    wrong = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        if inside.parts[0] in skipped or "__pycache__" in inside.parts or not path.is_file():
            continue
        if path.suffix in (".py", ".md", ".toml", ".txt", ".sh", ".j2", ".yml", "") and path.name != "Makefile":
            text = path.read_text(encoding="utf-8", errors="ignore")
            if places.search(text):
                wrong.append(str(inside))
    assert wrong == []
