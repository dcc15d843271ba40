"""How the command line shows things: progress bars on a terminal, tables, JSON."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tamis.core.progress import listening


def print_json(content: Any) -> None:
    """Print JSON on standard output; NaN and infinity become null."""
    sys.stdout.write(json.dumps(_finite(content), indent=2, ensure_ascii=False) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


@contextmanager
def progress(quiet: bool = False) -> Iterator[None]:
    """Show a bar for every step that tells how far it is; on standard error, gone when done; none into a file."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = [TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn()]
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def listener(label: str, done: int, total: int, note: str) -> None:
            if label not in tasks:
                tasks[label] = bars.add_task(label)
            text = f"{label}: {note}" if note else label
            bars.update(tasks[label], completed=done, total=total, description=text)
            if done >= total:
                bars.remove_task(tasks.pop(label))

        with listening(listener):
            yield


def print_table(title: str, columns: list[str], rows: list[list[str]], right: int = 1) -> None:
    """Print a table; columns from index `right` on are aligned to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(title), box=SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(escape(column), justify="right" if i >= right else "left", overflow="fold")
    for row in rows:
        table.add_row(*[escape(cell) for cell in row])
    Console(soft_wrap=False, width=None if sys.stdout.isatty() else 140).print(table)


def print_line(text: str = "") -> None:
    """Print one line on standard output."""
    sys.stdout.write(text + "\n")
