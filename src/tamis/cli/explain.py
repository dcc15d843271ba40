"""`tamis explain`: why an item is on a page, or at which stage it was lost."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tamis.cli.asking import Asked, ask
from tamis.cli.show import print_json, print_line, progress
from tamis.evaluation.explain import Explanation, explain


def run(file: Path, user: str, item: str, at: str | None, system: str | None, json: bool) -> None:
    """Print the way of an item through the funnel."""
    with progress(quiet=json):
        asked = ask(file, system)
    query = asked.query(user, None, at)
    code = asked.dataset.store.items.code(item)
    told = explain(asked.funnel, query, code)
    title = asked.titles(np.array([code]))[0]
    above = [
        {"id": asked.ids(np.array([c]))[0], "title": asked.titles(np.array([c]))[0], "value": v}
        for c, v in told.just_above
    ]
    if json:
        print_json({"user": user, "item": item, "title": title, **asdict(told), "just_above": above})
        return
    _print(asked, told, user, item, title, above)


def _print(asked: Asked, told: Explanation, user: str, item: str, title: str, above: list[dict[str, Any]]) -> None:
    name = f"{title} ({item})" if title else item
    if told.position is not None:
        print_line(f"{name} is at place {told.position} of the page of user {user}.")
    else:
        print_line(f"{name} is not on the page of user {user}: lost at {told.lost_at} ({told.reason}).")
    if told.sources:
        sources = ", ".join(f"{source} at rank {rank}" for source, rank in told.sources.items())
        print_line(f"  retrieved   by {sources}")
        print_line(f"  kept        by {told.filters_passed} filter(s)")
    elif told.lost_at == "retrieve":
        print_line(f"  retrieved   by none of {len(asked.funnel.retrieve)} sources")
    else:
        print_line(f"  removed     by {told.lost_at}: {told.reason}")
    if told.rank is not None:
        line = f"  judged      {told.value:.3f}, rank {told.rank} of {told.pool}"
        if above:
            line += "; above it: " + ", ".join(f"{a['title'] or a['id']} ({a['value']:.3f})" for a in above)
        print_line(line)
        for label, parts in (("for it", told.for_it), ("against it", told.against_it)):
            if parts:
                print_line(f"    {label:<10} " + ", ".join(f"{n} = {v:.3g} ({c:+.3f})" for n, v, c in parts))
        if told.position is None and told.lost_at == "page":
            print_line(f"  page        shows {asked.funnel.show}")
