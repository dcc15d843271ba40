"""Reading a system file: a Python module that declares shapes; its tables are found through what the shapes mention."""

from __future__ import annotations

import importlib.util
import re
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tamis.core.clock import system_clock
from tamis.core.errors import SystemFileError, TamisError, nearest
from tamis.core.ids import Ids
from tamis.core.parts import parts_of
from tamis.data.dataset import Dataset
from tamis.data.declarations import EntityTable, EventTable
from tamis.shapes import Funnel


@dataclass
class Loaded:
    """A system file after reading: the module's shapes and the chosen one."""

    path: Path
    funnel: Funnel
    module: ModuleType

    @property
    def folder(self) -> Path:
        """Where the trained system lies: `<file>.tamis/<system>` beside the file."""
        return self.path.with_suffix(".tamis") / self.funnel.name

    def dataset(self, known: tuple[Ids, Ids] | None = None) -> Dataset:
        """Read the tables that the system mentions."""
        tables = [p for p in parts_of(self.funnel) if isinstance(p, EntityTable | EventTable)]
        return Dataset.load(tables, self.path.parent, now=system_clock(), known=known)

    def option(self, kind: type, default: Any) -> Any:
        """Return the module's own object of a kind (a `Backtest`, a `RowPlan`), or the default."""
        return next((v for v in vars(self.module).values() if isinstance(v, kind)), default)


def load_system(path: Path, name: str | None = None) -> Loaded:
    """Import a system file and return the shape it declares.

    Raises
    ------
    SystemFileError
        Where the file is missing, does not run, or declares no (or more than one) Funnel.
    """
    path, module = read_module(path)
    label_declarations(vars(module))
    funnels = {v.name: v for v in vars(module).values() if isinstance(v, Funnel)}
    if not funnels:
        raise SystemFileError("declares no Funnel", where=str(path), next_step="see: tamis new NAME for an example")
    if name is None and len(funnels) > 1:
        raise SystemFileError("declares several systems", where=str(path), allowed="--system " + ", ".join(funnels))
    if name is not None and name not in funnels:
        raise SystemFileError(
            "declares no such system",
            where=str(path),
            got=name,
            allowed=", ".join(funnels),
            nearest=nearest(name, funnels),
        )
    return Loaded(path, funnels[name] if name else next(iter(funnels.values())), module)


def read_module(path: Path) -> tuple[Path, ModuleType]:
    """Import a file (or `folder/folder.py`) and return its full path and the module.

    Raises
    ------
    SystemFileError
        Where the file is missing or does not run.
    """
    path = path.resolve()
    if path.is_dir():
        path = path / f"{path.name}.py"
    if not path.exists():
        near = nearest(path.name, [p.name for p in path.parent.glob("*.py")]) if path.parent.exists() else None
        raise SystemFileError("there is no such file", where=str(path), nearest=near, next_step="run: tamis new NAME")
    return path, _imported(path)


def label_declarations(names: Mapping[str, Any]) -> None:
    """Call every declared table by its variable's name, so that reports read as the file does."""
    for name, value in names.items():
        if isinstance(value, EntityTable | EventTable) and value.label is None and not name.startswith("_"):
            value.label = name


def _imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tamis_system_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise SystemFileError("is no Python file", where=str(path), allowed="a file that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        where = f"{error.filename}, line {error.lineno}"
        raise SystemFileError(
            f"is no valid Python ({error.msg})", where=where, got=(error.text or "").strip()
        ) from None
    except TamisError as error:
        raise SystemFileError(str(error).rstrip("."), where=_line(path, error)) from None
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise SystemFileError(told.rstrip("."), where=_line(path, error), nearest=_suggested(error)) from None
    finally:
        sys.path.remove(str(path.parent))
    return module


def _line(path: Path, error: BaseException) -> str:
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    return f"{path}, line {lines[-1]}" if lines else str(path)


def _suggested(error: Exception) -> str | None:
    wanted = re.search(r"cannot import name '(\w+)' from '([\w.]+)'", str(error))
    module = sys.modules.get(wanted[2]) if wanted else None
    return nearest(wanted[1], dir(module)) if wanted and module else None
