"""`tamis new`: a folder with a commented system file that says where the tables go."""

from __future__ import annotations

import re
from pathlib import Path

from tamis.cli.show import print_line
from tamis.core.errors import OptionError
from tamis.core.files import write_text

_TEMPLATE = '''"""{name}: what each person is shown next."""

import tamis as tm
from tamis.models import LambdaMART
from tamis.stages.filter import NotSeen
from tamis.stages.rerank import AtMost
from tamis.stages.retrieve import ItemToItem, MatrixFactorization, Popular, Trending

# 1. Your tables: put them beside this file, or name a path, a DuckDB file or a database:
#    tm.Table("orders", database="shop.duckdb"). CSV, Parquet and JSON lines are read as they are.
#    Items: one row per item. Say what a column is where a guess would be wrong (Tags, Text, Category, Number, Time).
items = tm.Entity("items.csv", id="item_id", title=tm.Text(), category=tm.Category())

#    People: no table is needed; with one, its columns can be features too: tm.Entity("people.csv", id="user_id").
people = tm.Entity(id="user_id")

#    Events: who, with what, when. Leave out `at` where there are no times (the order is then random, and reports say
#    so), and `value` where there is none. kind=tm.Column("event") where one column names several kinds of event.
events = tm.Events("events.csv", user=people, item=items, at="timestamp", kind=tm.Column("event"))

# 2. What makes an answer good.
good = events.where(kind="purchase")

# 3. From the whole catalogue to one page.
{variable} = tm.Funnel(
    "{name}",
    objective=tm.Maximize(good, why="say here why this is the clearest sign of a good answer"),
    retrieve=[ItemToItem(events), MatrixFactorization(events), Trending(events, half_life="7d"), Popular(good)],
    filter=[NotSeen(good)],
    judge=tm.Judge(
        LambdaMART(),
        features=[
            events.count(per=items, within="7d"),
            events.count(per=items, within="30d"),
            events.count(per=(people, items)),
            events.time_since(per=people),
            events.count(per=(people, items.category)),
            items.category.one_hot(),
        ],
    ),
    rerank=[AtMost(4, per=items.category)],
    show=20,
)
'''


def run(name: str) -> None:
    """Write `name/name.py`; an existing file is never touched."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", name):
        raise OptionError(
            "is no name for a system",
            where="new",
            allowed="a letter, then letters, digits, - or _ (at most 64)",
            got=name,
        )
    variable = name.replace("-", "_").lower()
    path = Path(name) / f"{variable}.py"
    if path.exists():
        raise OptionError("exists already", where=str(path), next_step="choose another name, or edit that file")
    write_text(path, _TEMPLATE.format(name=name, variable=variable))
    print_line(f"wrote {path}")
    print_line(f"Next: put items.csv and events.csv into {path.parent}/ (or name your own tables in the file),")
    print_line(
        f"      then: tamis check {path}; tamis evaluate {path}; tamis train {path}; tamis recommend {path} --new"
    )
