"""What a user's tables are: entities with attributes, events between them, selections of events.

These declarations name things; `Dataset.load` reads them. The verbs that make features of them are added one floor up,
in `tamis.features` (`tamis.Entity` and `tamis.Events` are those richer forms).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from tamis.core.conditions import Condition, one_of
from tamis.core.errors import OptionError
from tamis.core.options import options

E = TypeVar("E", bound="EventTable")


@options
class Number:
    """A numeric attribute; text such as "$32.00" is read as 32.0."""


@options
class Category:
    """An attribute with one value of a few, such as a brand."""


@options
class Tags:
    """An attribute with several values: a list column, or text split at `sep`.

    Parameters
    ----------
    sep : str
        Separator of a text column; unused for a list column.
    """

    sep: str = "|"


@options
class Text:
    """An attribute in free words, such as a title."""


@options
class Time:
    """An attribute that is a moment, such as a release date; read as int64 microseconds UTC."""


Kind = Number | Category | Tags | Text | Time


@dataclass(frozen=True)
class Column:
    """A column of an event table, where a plain word would mean a constant: `kind=Column("event")`."""

    name: str


@dataclass(frozen=True, eq=False)
class AttributeOf:
    """A column of an entity, such as `movies.genres`.

    Parameters
    ----------
    entity : EntityTable
    column : str
    kind : Number, Category, Tags, Text, Time or None
        None: inferred from the table when it is read.
    part : "all" or "first"
        "first": the first tag only, as a category.
    """

    entity: EntityTable
    column: str
    kind: Kind | None = None
    part: Literal["all", "first"] = "all"

    @property
    def name(self) -> str:
        """`entity.column`, for logs and columns."""
        return f"{self.entity.name}.{self.column}" + (".first" if self.part == "first" else "")

    def first(self) -> AttributeOf:
        """Return the first of several tags, as a category."""
        return replace(self, part="first")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AttributeOf) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[int, str, str]:
        return id(self.entity), self.column, self.part


class EntityTable:
    """Users, items or anything else with an id: a table with one row per id, or no table at all.

    Parameters
    ----------
    source : path, Table, data frame or None
        None where nothing but the ids in the events is known.
    id : str
        The id column, in this table and (unless an event table says otherwise) in event tables.
    **attributes : Number, Category, Tags, Text or Time
        Kinds of columns where the guess from the table would be wrong; other columns are available too.
    """

    attribute_type: type[AttributeOf] = AttributeOf

    def __init__(self, source: object = None, *, id: str, **attributes: Kind) -> None:
        if not isinstance(id, str) or not id:
            raise OptionError("`id` is not allowed", where="Entity", allowed="the name of the id column", got=id)
        for column, kind in attributes.items():
            if not isinstance(kind, Kind):
                raise OptionError(
                    f"`{column}` is not allowed",
                    where="Entity",
                    allowed="Number(), Category(), Tags(), Text() or Time()",
                    got=kind,
                )
        self.source, self.id, self.kinds = source, id, attributes
        self.label: str | None = None

    @property
    def name(self) -> str:
        """The variable's name in a system file, else the table's or the id's name."""
        return self.label or (_stem(self.source) if self.source is not None else self.id)

    def __getattr__(self, column: str) -> Any:
        if column.startswith("_") or "kinds" not in self.__dict__:
            raise AttributeError(column)
        if self.source is None:
            raise OptionError(f"has no table, so no attribute `{column}`", where=f"Entity(id={self.id!r})")
        return self.attribute_type(self, column, self.kinds.get(column))

    def __getitem__(self, column: str) -> Any:
        """Return the attribute of a column whose name is no Python word."""
        return self.attribute_type(self, column, self.kinds.get(column))

    def __repr__(self) -> str:
        return f"Entity({self.name!r})"


def _stem(source: object) -> str:
    if isinstance(source, str | Path):
        return Path(str(source)).stem
    return str(getattr(source, "name", type(source).__name__))


class EventTable:
    """Events between users and items: who, what, when, which kind, how much.

    Parameters
    ----------
    source : path, Table or data frame
    user, item : EntityTable
    at : str or None
        The time column. None: the table has no times; a seeded random order stands in, and reports say so.
    kind : str, Column or None
        One word for all rows ("rating"), or `Column("event")` for a column of words.
    value : str or None
        The column of ratings, seconds, prices ...; 1 for every row where None.
    arrived : str or None
        The column of the time at which the event became known; an event counts from the later of the two.
    user_column, item_column : str or None
        Where they differ from the entities' id columns.
    """

    def __init__(
        self,
        source: object,
        *,
        user: EntityTable,
        item: EntityTable,
        at: str | None = None,
        kind: str | Column | None = None,
        value: str | None = None,
        arrived: str | None = None,
        user_column: str | None = None,
        item_column: str | None = None,
    ) -> None:
        for what, entity in (("user", user), ("item", item)):
            if not isinstance(entity, EntityTable):
                raise OptionError(f"`{what}` is not allowed", where="Events", allowed="an Entity", got=entity)
        if source is None:
            raise OptionError("`source` is missing", where="Events", allowed="a path, a Table or a data frame")
        self.source, self.user, self.item, self.at, self.kind = source, user, item, at, kind
        self.value, self.arrived = value, arrived
        self.user_column, self.item_column = user_column or user.id, item_column or item.id
        self.conditions: tuple[tuple[str, Condition], ...] = ()
        self.origin: EventTable = self
        self.label: str | None = None

    @property
    def name(self) -> str:
        """The variable's name in a system file, else the table's name and the conditions."""
        if self.label:
            return self.label
        base = self.origin.label or _stem(self.source)
        return base + "".join(f"[{column} {condition}]" for column, condition in self.conditions)

    def where(self: E, **conditions: Any) -> E:
        """Return the events that meet every condition.

        Parameters
        ----------
        **conditions
            `kind`, `value` or any column of the table: a plain value, a list of values, or a condition such as
            `at_least(4)`.
        """
        if not conditions:
            raise OptionError("needs a condition", where=f"{self.name}.where", next_step="name a column, such as kind=")
        chosen = object.__new__(type(self))
        chosen.__dict__.update(self.__dict__)
        chosen.label = None
        chosen.conditions = self.conditions + tuple((c, _condition(v)) for c, v in sorted(conditions.items()))
        return chosen

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EventTable) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[int, tuple[tuple[str, Condition], ...]]:
        return id(self.origin), self.conditions

    def __repr__(self) -> str:
        return f"Events({self.name!r})"


def _condition(value: Any) -> Condition:
    if isinstance(value, list | tuple | set | frozenset):
        return one_of(*sorted(value, key=repr))
    if isinstance(value, Condition):
        return value
    return one_of(value)
