"""A file under 400 lines, a function under 60 (its docstring apart), a part under 10 options, names that say something."""

import ast
import dataclasses

from tests.house.parts import parts
from tests.house.sources import sources

FILE, FUNCTION, FIELDS = 400, 60, 10
VAGUE = {"utils", "util", "common", "base", "helpers", "helper", "manager", "managers", "misc"}


def report(offenders):
    """Fail with the offenders, the largest first."""
    lines = [f"{size:>5}  {where}" for size, where in sorted(offenders, reverse=True)]
    assert not lines, "\n" + "\n".join(lines)


def test_files_are_short():
    lengths = [(len(s.text.splitlines()), s.place) for s in sources()]
    report([(size, where) for size, where in lengths if size >= FILE])


def functions(source):
    """Return the functions of a file."""
    return [n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_functions_are_short():
    found = [(lines_of(node), f"{source.at(node)} {node.name}") for source in sources() for node in functions(source)]
    report([(size, where) for size, where in found if size >= FUNCTION])


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring: what is explained well is not what is long."""
    told = node.body[0] if ast.get_docstring(node) else None
    return node.end_lineno - node.lineno + 1 - (told.end_lineno - told.lineno + 1 if told else 0)


def test_parts_have_few_options():
    found = {part: sum(1 for f in dataclasses.fields(part) if f.init) for part in parts()}
    assert len(found) > 60
    report([(size, f"{c.__module__}.{c.__name__}") for c, size in found.items() if size >= FIELDS])


def test_constructors_are_short():
    found = []
    for source in sources():
        for node in (n for n in functions(source) if n.name == "__init__"):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            found.append((len(given) - 1, source.at(node)))
    report([(size, where) for size, where in found if size >= FIELDS])


def test_no_file_or_folder_has_a_vague_name():
    assert [s.place for s in sources() if VAGUE & set(s.module.replace("_", ".").split("."))] == []


def test_a_blueprint_is_a_declaration():
    wrong = []
    blueprints = [s for s in sources() if s.room == "systems" and s.path.name not in ("__init__.py", "baselines.py")]
    for source in blueprints:
        length = len(source.text.splitlines())
        wrong += [f"{source.place}: {length} lines"] if length > 150 else []
        loops = [n for n in ast.walk(source.tree) if isinstance(n, ast.For | ast.While | ast.comprehension)]
        wrong += [f"{source.place}: a loop"] * len(loops)
        long = [n for n in functions(source) if len(n.body) - bool(ast.get_docstring(n)) > 5]
        wrong += [f"{source.at(node)}: {node.name} has more than 5 statements" for node in long]
    assert wrong == []
