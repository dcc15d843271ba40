"""`tamis build`: run the data step that a file declares, and say what every step of it did."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tamis.cli.show import print_json, print_line, progress
from tamis.cli.system_file import read_module
from tamis.core.clock import system_clock
from tamis.core.errors import SystemFileError
from tamis.data.reviews import ReviewTables


def run(file: Path, into: Path | None, format: Literal["parquet", "csv"], json: bool) -> None:
    """Write the tables and print the reports."""
    path, module = read_module(file)
    steps = [value for value in vars(module).values() if isinstance(value, ReviewTables)]
    if len(steps) != 1:
        raise SystemFileError(
            "declares no data step" if not steps else "declares several data steps",
            where=str(path),
            allowed="one ReviewTables(...)",
            next_step="for a Funnel run: tamis train FILE" if not steps else None,
        )
    with progress(quiet=json):
        written = steps[0].write(into or path.parent, clock=system_clock, root=path.parent, format=format)
    reviews, products, made = written
    if json:
        steps_told = [
            {"step": r.where, "rows_in": r.rows_in, "rows_out": r.rows_out, "removed": r.counts()} for r in made.reports
        ]
        print_json({"reviews": str(reviews), "products": str(products), "steps": steps_told})
        return
    for report in made.reports:
        for line in report.lines():
            print_line(line)
    print_line(f"wrote {reviews}")
    print_line(f"wrote {products}")
