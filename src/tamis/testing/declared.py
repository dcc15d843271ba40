"""Datasets for checks: a known-answer world declared and read, or the tables that a part names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tamis.core.parts import parts_of
from tamis.data.dataset import Dataset
from tamis.data.declarations import AttributeOf, Column, EntityTable, EventTable
from tamis.data.worlds import World, checkerboard
from tamis.features.declarations import Entity, Events
from tamis.testing.contracts import ContractError

NEVER = 2**62
"""A present that is after every event."""


@dataclass(frozen=True)
class Declared:
    """A world as a user would declare it, and its dataset.

    Parameters
    ----------
    users, items : Entity
    events : Events
    dataset : Dataset
        Everything in the world; codes are the world's rows.
    """

    users: Entity
    items: Entity
    events: Events
    dataset: Dataset


def declare(world: World[Any], *, value: str | None = None) -> Declared:
    """Return a world's tables declared and read.

    Parameters
    ----------
    world : World
        Its `kind` column, where it has one, becomes the kind of the events.
    value : str, optional
        The column that is the events' value, such as "rating" or "amount".

    Examples
    --------
    >>> from tamis.data.worlds import checkerboard
    >>> shop = declare(checkerboard(6, 4, per_user=2))
    >>> shop.dataset.n_users, shop.dataset.n_items, len(shop.dataset.events(shop.events))
    (6, 4, 12)
    """
    users, items = Entity(dict(world.users), id="user_id"), Entity(dict(world.items), id="item_id")
    users.label, items.label = "users", "items"
    kind = Column("kind") if "kind" in world.events else None
    events = Events(dict(world.events), user=users, item=items, at="at", value=value, kind=kind)
    events.label = "events"
    return Declared(users, items, events, Dataset.load([users, items, events], now=NEVER))


def dataset_for(part: object) -> Dataset:
    """Return the dataset of the tables that a part names; a small checkerboard where it names none.

    Raises
    ------
    ContractError
        Where it names an entity but no events, so that nobody could be asked for.
    """
    tables: list[EntityTable | EventTable] = []
    for each in parts_of(part):
        if isinstance(each, EventTable | EntityTable):
            tables.append(each)
        elif isinstance(each, AttributeOf):
            tables.append(each.entity)
    if not tables:
        return declare(checkerboard(24, 14, per_user=5)).dataset
    if not any(isinstance(table, EventTable) for table in tables):
        raise ContractError(
            "names a table but no events",
            where=type(part).__name__,
            next_step="hand in a dataset: check_stage(stage, dataset)",
        )
    return Dataset.load(tables, now=NEVER)
