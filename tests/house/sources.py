"""The package's own files, read once: paths, module names and syntax trees."""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tamis"


@dataclass(frozen=True)
class Source:
    """One file of the package."""

    path: Path
    module: str
    text: str
    tree: ast.Module

    @property
    def place(self) -> str:
        """The path inside the package, such as `core/files.py`."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def room(self) -> str:
        """The folder (or single file) on the first level: `core`, `shapes`, or `` for the package itself."""
        parts = self.module.split(".")
        return parts[1] if len(parts) > 1 else ""

    def line(self, node: ast.stmt | ast.expr) -> str:
        """Return the source lines of a node as one string."""
        return " ".join(self.text.splitlines()[node.lineno - 1 : node.end_lineno])

    def at(self, node: ast.AST) -> str:
        """Return `place:line` of a node."""
        return f"{self.place}:{getattr(node, 'lineno', 1)}"


@functools.cache
def sources() -> tuple[Source, ...]:
    """Return every Python file of the package."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("tamis", *path.relative_to(PACKAGE).with_suffix("").parts)
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, module, text, ast.parse(text)))
    return tuple(found)


@functools.cache
def modules() -> tuple[ModuleType, ...]:
    """Return every module of the package, imported."""
    return tuple(importlib.import_module(source.module) for source in sources())


def rooms_with_exports() -> Iterator[ModuleType]:
    """Yield the modules that say what they export: the package, its rooms, and single files with `__all__`."""
    for module in modules():
        if "__all__" in vars(module):
            yield module


def exported() -> Iterator[tuple[str, str, object]]:
    """Yield (module, name, object) for every exported name of a room, each object once."""
    seen: set[int] = set()
    for module in rooms_with_exports():
        for name in module.__all__:
            thing = getattr(module, name)
            if id(thing) not in seen:
                seen.add(id(thing))
                yield module.__name__, name, thing


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Yield every call of a file with its dotted name: `np.save`, `open`, `.write_text` for a method of anything."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def dotted(node: ast.expr) -> str:
    """Return the dotted name of an expression; what is no name becomes an empty part."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
