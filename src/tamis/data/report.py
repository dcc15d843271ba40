"""What happened to a table: rows in, rows out, why the others went away, and what else is worth knowing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tamis.core.errors import DataError

EXAMPLES = 5
"""How many rows of each reason a report shows."""


@dataclass(frozen=True)
class Removed:
    """Rows that did not come out, for one reason, with up to five of them."""

    reason: str
    count: int
    examples: tuple[Mapping[str, Any], ...] = ()


@dataclass
class Report:
    """Collect what a step did to a table; `rows_in` equals `rows_out` plus the counts of `removed`.

    Opening a file and checking its rows share one report: opening counts only the lines that it could not read, because
    counting the others would read the whole table; the check adds the rows that it got and the rows that came out.

    Parameters
    ----------
    where : str
        The table or step, for messages.
    rows_in, rows_out : int
    removed : list of Removed
        In the order in which the reasons were tried.
    changed : dict of str to int
        Cells that a step altered, such as {"price filled with the mean": 3}.
    warnings, errors : lists of str
        Each said once.
    rejected : list of Ibis tables
        The removed rows themselves, each with its `reason`; `validation.quarantine` writes them to disk.

    Examples
    --------
    >>> report = Report("ratings", 5, 3, [Removed("unknown user", 2)])
    >>> print(report)
    ratings: 5 rows in, 3 out; removed: 2 unknown user
    """

    where: str
    rows_in: int = 0
    rows_out: int = 0
    removed: list[Removed] = field(default_factory=list)
    changed: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    rejected: list[Any] = field(default_factory=list)

    def warn(self, text: str) -> None:
        """Add a warning unless it was said before."""
        if text not in self.warnings:
            self.warnings.append(text)

    def fail(self, text: str) -> None:
        """Add an error unless it was said before."""
        if text not in self.errors:
            self.errors.append(text)

    def remove(self, reason: str, count: int, examples: Sequence[Mapping[str, Any]] = ()) -> None:
        """Add rows that went away; a count of 0 adds nothing."""
        if count:
            self.removed.append(Removed(reason, count, tuple(examples[:EXAMPLES])))

    def change(self, what: str, count: int) -> None:
        """Add altered cells; a count of 0 adds nothing."""
        if count:
            self.changed[what] = self.changed.get(what, 0) + count

    def counts(self) -> dict[str, int]:
        """Return the number of removed rows by reason."""
        return {part.reason: part.count for part in self.removed}

    def raise_errors(self) -> None:
        """Raise the first error, if there is one.

        Raises
        ------
        DataError
            With the first error and how many more there are.
        """
        if self.errors:
            more = len(self.errors) - 1
            raise DataError(self.errors[0] + (f" (and {more} more)" if more else ""), where=self.where)

    def lines(self) -> list[str]:
        """Return the report as lines for a terminal: the counts, then examples, changes, warnings, errors."""
        lines = [str(self)]
        for part in self.removed:
            lines += [f"  {part.reason}, such as {dict(example)}" for example in part.examples[:1]]
        lines += [f"  changed: {count} {what}" for what, count in self.changed.items()]
        lines += [f"  warning: {text}" for text in self.warnings]
        return lines + [f"  error: {text}" for text in self.errors]

    def __str__(self) -> str:
        text = f"{self.where}: {self.rows_in} rows in, {self.rows_out} out"
        if self.removed:
            text += "; removed: " + ", ".join(f"{part.count} {part.reason}" for part in self.removed)
        return text
