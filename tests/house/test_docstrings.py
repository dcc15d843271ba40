"""Public things say what they are, and methods from literature say where they are from."""

import ast
import inspect
import re
import sys

import pytest

from tests.house.sources import exported, sources

NO_SOURCE = {
    "Popular": "counting",
    "Random": "a draw",
    "Fresh": "the newest first",
    "ConstantRate": "a mean",
    "SortBy": "one column",
    "WeightedSum": "weights by hand",
    "AtMost": "a count per group",
    "Decay": "a factor per repeat",
    "FreshFirst": "a boost by age",
    "Pin": "a list by hand",
}
"""Models, retrievers and rerankers that are no method from literature."""

EXPORTED = [pytest.param(name, thing, id=f"{room}.{name}") for room, name, thing in exported() if callable(thing)]
METHODS = [
    (name, thing)
    for room, name, thing in exported()
    if room in ("tamis.models", "tamis.stages.retrieve", "tamis.stages.rerank")
    and any(hasattr(thing, verb) for verb in ("fit", "retrieve", "rerank"))
]


@pytest.mark.parametrize(("name", "thing"), EXPORTED)
def test_the_first_line_says_what_it_is(name, thing):
    first = (inspect.getdoc(thing) or "").split("\n\n")[0]
    assert len(first) > 15, f"{name} has no docstring"
    assert first.rstrip().endswith((".", ":", "`")), f"{name}: the first line is no sentence: {first!r}"
    assert not first.startswith(f"{name}("), f"{name}: the docstring is what `@dataclass` writes by itself"


@pytest.mark.parametrize(("name", "thing"), METHODS)
def test_a_method_from_literature_names_its_source(name, thing):
    told = (inspect.getdoc(thing) or "") + (sys.modules[thing.__module__].__doc__ or "")
    cites = re.search(r"\((18|19|20)\d\d\)", told) is not None
    assert cites != (name in NO_SOURCE), f"{name}: cite author, year and link, or say in NO_SOURCE why there is none"


def test_no_excuse_is_left_over():
    assert set(NO_SOURCE) <= {name for name, _ in METHODS}


def test_every_file_opens_with_what_it_is():
    bare = [s.place for s in sources() if len(ast.get_docstring(s.tree) or "") < 15]
    assert bare == []


def test_no_stub_and_no_note_to_self():
    marks = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")
    assert [f"{s.place}: {m[0]}" for s in sources() for m in marks.finditer(s.text)] == []
    assert [s.place for s in sources() if "Room of Tamis" in s.text] == [], "say what the room is for"
