"""What holds for every blueprint: no logic, tables beside the file, and a docstring that names every column."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from tamis.core.parts import parts_of
from tamis.data.declarations import AttributeOf, Column, EntityTable, EventTable
from tamis.data.reviews import ReviewTables
from tamis.shapes import Funnel
from tamis.systems import __file__ as ROOM

BLUEPRINTS = sorted(p.stem for p in Path(ROOM).parent.glob("*.py") if p.stem not in ("__init__", "baselines"))
PURE = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)


def tree_of(name):
    path = Path(ROOM).parent / f"{name}.py"
    text = path.read_text(encoding="utf-8")
    return text, ast.parse(text)


def declared(name):
    """Return the funnels of a blueprint and every declared part that they reach."""
    module = import_module(f"tamis.systems.{name}")
    funnels = [v for v in vars(module).values() if isinstance(v, Funnel)]
    return funnels, [part for funnel in funnels for part in parts_of(funnel)]


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_blueprint_holds_declarations_only(name):
    text, tree = tree_of(name)
    assert len(text.splitlines()) <= 150
    assert [ast.unparse(n) for n in tree.body if not isinstance(n, PURE)] == []
    logic = (ast.For, ast.While, ast.comprehension, ast.Lambda, ast.FunctionDef, ast.ClassDef, ast.IfExp, ast.Try)
    assert [ast.unparse(n) for n in ast.walk(tree) if isinstance(n, logic)] == []


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_blueprint_declares_one_thing(name):
    module = import_module(f"tamis.systems.{name}")
    assert len([v for v in vars(module).values() if isinstance(v, Funnel | ReviewTables)]) == 1


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_tables_are_relative_and_every_column_is_in_the_docstring(name):
    _, tree = tree_of(name)
    told = set(re.findall(r"[\w.]+\w", ast.get_docstring(tree)))
    columns, sources = set(), set()
    for part in declared(name)[1]:
        table = part.entity if isinstance(part, AttributeOf) else part
        if isinstance(table, EventTable):
            columns |= {table.user_column, table.item_column, table.at, table.value}
            columns |= {table.kind.name} if isinstance(table.kind, Column) else set()
            columns |= {column for column, _ in table.conditions} - {"kind", "value"}
        elif isinstance(table, EntityTable):
            columns |= {table.id, *table.kinds}
        if isinstance(part, AttributeOf):
            columns.add(part.column)
        if isinstance(table, EventTable | EntityTable) and table.source is not None:
            sources.add(table.source)
    assert columns - {None} - told == set()
    assert sources - told == set()
    assert all(Path(s).suffix == ".parquet" and "/" not in s for s in sources)


def test_the_blueprints_are_found():
    assert {"articles", "games", "ingredients", "ratings", "reviews", "similar_products", "video"} <= set(BLUEPRINTS)
