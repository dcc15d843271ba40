"""`tamis recommend`: one page, with the reason for every item."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np

from tamis.cli.asking import Asked, ask
from tamis.cli.show import print_json, print_line, print_table, progress
from tamis.core.clock import iso
from tamis.core.errors import OptionError
from tamis.evaluation.reasons import reasons
from tamis.shapes import VALUE


def run(
    file: Path,
    user: str | None,
    new: bool,
    item: str | None,
    show: int | None,
    at: str | None,
    system: str | None,
    json: bool,
) -> None:
    """Print a page."""
    if user is None and not new and item is None:
        raise OptionError("whose page?", where="recommend", allowed="--user ID, --new for a new person, --item ID")
    with progress(quiet=json):
        asked = ask(file, system)
    page = page_of(asked, user, item, show, at)
    if json:
        print_json(page)
        return
    whose = "a new person" if user is None else f"person {user}"
    start = "" if item is None else f", from {_called(asked, asked.dataset.store.items.encode([item]))[0]}"
    print_line(f"{asked.funnel.name}, {whose}{start}, as of {page['at'] or 'now'}")
    if page["history"]:
        print_line("latest: " + "; ".join(page["history"]))
    rows = [[str(i["position"]), i["id"], i["title"], f"{i['value']:.3f}", i["reason"]] for i in page["items"]]
    print_table("", ["#", "id", "title", "value", "why"], rows, right=9)
    for stage in page["degraded"]:
        print_line(f"degraded: {stage} failed and was stepped over")


def page_of(asked: Asked, user: str | None, item: str | None, show: int | None, at: str | None) -> dict[str, Any]:
    """Return a page as JSON values: position, id, title, value, sources and the reason of each item."""
    funnel = copy.copy(asked.funnel)
    if show is not None:
        object.__setattr__(funnel, "show", show)
    query = asked.query(user, item, at)
    answers = funnel.answer(query)
    shown = answers.candidates
    told = reasons(funnel, query, shown, lambda codes: _called(asked, codes))
    ids, titles = asked.ids(shown.item), asked.titles(shown.item)
    history = query.past.history(funnel.objective.outcomes, query.user, query.at, 5)
    return {
        "system": funnel.name,
        "user": user,
        "at": None if asked.dataset.timeless else iso(int(query.at[0])),
        "history": _called(asked, np.asarray(history.item)[::-1]),
        "items": [
            {
                "position": i + 1,
                "id": ids[i],
                "title": titles[i],
                "value": float(shown[VALUE][i]),
                "propensity": float(answers.propensity[i]),
                "sources": told[i].sources,
                "reason": told[i].text,
            }
            for i in range(len(shown))
        ],
        "degraded": list(answers.degraded),
        "milliseconds": round(sum(trace.ms for trace in answers.trace), 2),
    }


def _called(asked: Asked, codes: Any) -> list[str]:
    return [title or name for title, name in zip(asked.titles(codes), asked.ids(codes))]
