"""Small worlds for the retrievers, and every retriever of the folder declared on one."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import pkgutil

import numpy as np

import tamis.stages.retrieve as folder
from tamis.core.conditions import at_least, one_of
from tamis.core.words import Queries
from tamis.data.declarations import Number, Tags, Text, Time
from tests.stores import small

DAY = 86_400_000_000
HOUR = DAY // 24
N_ITEMS = 14
FIT_AT = 60 * DAY


@functools.cache
def checkerboard(events_from=0, events_until=90, seed=0):
    """Return (dataset, log, people, things): even users meet items 0-5, odd users 6-11, nobody 12 and 13.

    Item 11 is new on day 61; every user has an event on day 0. Item codes are the numbers.
    """
    random = np.random.default_rng(seed)
    users, items, at = [], [], []
    for user in range(16):
        board = np.arange(6) + 6 * (user % 2)
        for n, item in enumerate(random.permutation(board)[:5]):
            users.append(user)
            items.append(item if item != 11 else 6)
            at.append(0 if n == 0 else random.integers(1, 60 * 24) * HOUR)
        users.append(user)
        items.append(board[random.integers(6)])
        at.append((61 + random.integers(0, 28)) * DAY)
    users += [1, 3]
    items += [11, 11]
    at += [61 * DAY, 62 * DAY]
    users, items, at = np.array(users), np.array(items), np.array(at, np.int64)
    kept = (at >= events_from * DAY) & (at < events_until * DAY)
    value = 5.0 - (users[kept] + items[kept]) % 3
    return world(users[kept], items[kept], at[kept], value)


def world(user, item, at, value=None, n_items=N_ITEMS):
    """Return (dataset, log, people, things) with attributes for items 0 to n_items - 1."""
    numbers = np.arange(n_items)
    table = {
        "item_id": [name(i) for i in numbers],
        "genres": ["" if i % 7 == 6 else f"g{i // 6}|g{2 + i % 2}" for i in numbers],
        "title": ["" if i % 7 == 6 else f"the {'red' if i < 6 else 'blue'} story {i}" for i in numbers],
        "year": (2000.0 + numbers).tolist(),
        "released": (numbers * 5 * DAY).astype("datetime64[us]"),
    }
    at = np.asarray(at, np.int64)
    made = small([f"u{u:02d}" for u in user], [name(i) for i in item], at, value=value, items=table)
    made[3].kinds.update(genres=Tags(), title=Text(), year=Number(), released=Time())
    return made


def name(item):
    return f"i{item:02d}"


def requests(past, at, user, item=None):
    """Return queries whose arrays cannot be written to."""
    user = np.asarray(user, np.int32)
    at = np.broadcast_to(np.asarray(at, np.int64), user.shape).copy()
    item = None if item is None else np.asarray(item, np.int32)
    for array in (user, at, item):
        if array is not None:
            array.flags.writeable = False
    return Queries(user, at, past, item)


def every_retriever():
    """Return the classes with the verb `retrieve` that the modules of the folder define, by name."""
    found = {}
    for module in pkgutil.iter_modules(folder.__path__):
        members = vars(importlib.import_module(f"{folder.__name__}.{module.name}"))
        for label, value in members.items():
            here = isinstance(value, type) and value.__module__ == f"{folder.__name__}.{module.name}"
            if here and "retrieve" in vars(value):
                found[label] = value
    return dict(sorted(found.items()))


def declared(log, things):
    """Return one object per retriever, from the types of its options that have no default, and some more by hand."""
    by_type = {"EventTable": log, "AttributeOf": things.genres, "EventTable | AttributeOf": log}
    made = {}
    for label, cls in every_retriever().items():
        needed = [f for f in dataclasses.fields(cls) if f.default is f.default_factory is dataclasses.MISSING]
        made[label] = cls(**{f.name: by_type[f.type] for f in needed})
    cls = every_retriever()
    made["Popular within"] = cls["Popular"](log, within="10d", refresh="1d")
    made["Trending growth"] = cls["Trending"](log, half_life="3d", compared_to="30d")
    made["Fresh released"] = cls["Fresh"](things.released, within="30d")
    made["Matching years"] = cls["Matching"](things.year, log, condition=at_least(2004))
    made["Matching labels"] = cls["Matching"](things.genres, log, condition=one_of("g1"))
    made["SimilarContent title"] = cls["SimilarContent"](things.title, log)
    made["ItemToItem last"] = cls["ItemToItem"](log, last=2, repeat=True)
    if "Ease" in cls:
        made["Ease last"] = cls["Ease"](log, last=1, repeat=True)
    return made
