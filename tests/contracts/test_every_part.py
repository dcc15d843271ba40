"""Every stage, feature and model of Tamis keeps its contract; a new class is found by itself."""

import dataclasses

import numpy as np
import pytest

from tamis.core.ragged import position
from tamis.testing import check_stage, kinds_of, stages_found
from tamis.testing.laws import trained
from tamis.testing.scene import scene_of
from tests.contracts.parts import FOUND, PACKAGES, PARTS, parts_of, shop


@pytest.fixture(scope="module")
def built():
    return shop()


@pytest.mark.parametrize("name", FOUND)
def test_every_part_keeps_its_contract(name, built):
    parts = parts_of(name, built)
    assert parts
    for part in parts:
        assert type(part) is FOUND[name]
        check_stage(part, built.dataset)


def test_every_part_meets_one_contract_only():
    assert {name: kinds_of(cls) for name, cls in FOUND.items() if len(kinds_of(cls)) != 1} == {}


def test_no_entry_is_left_of_a_part_that_is_gone():
    assert sorted(set(PARTS) - set(FOUND)) == []


def test_the_shop_gives_every_rule_something_to_do(built):
    scene = scene_of(built.dataset)
    queries, candidates = scene.queries(), scene.candidates()
    first = position(candidates.query) < 2
    idle = []
    for name, cls in FOUND.items():
        for part in parts_of(name, built) if kinds_of(cls)[0] in ("filter", "reranker") else ():
            part = trained(part, scene.known)
            if hasattr(part, "rerank"):
                rows = part.rerank(queries, candidates, 5).rows
                busy = not np.array_equal(rows, np.arange(len(candidates)))
            else:
                early = hasattr(part, "keep")
                given = (queries, candidates) if early else (queries, candidates.rows(~first), candidates.rows(first))
                mask = (part.keep if early else part.keep_late)(*given).mask
                busy = mask.any() and not mask.all()
            if not busy:
                idle.append(repr(part))
    assert idle == []


def test_two_parts_of_one_name_would_hide_each_other():
    assert sum(len(stages_found(package)) for package in PACKAGES) == len(FOUND)


def test_a_part_without_an_entry_is_asked_for_by_name(built, monkeypatch):
    @dataclasses.dataclass
    class Newcomer:
        events: object

        def retrieve(self, queries, k): ...

    monkeypatch.setitem(FOUND, "Newcomer", Newcomer)
    with pytest.raises(AssertionError, match=r"Newcomer .* has no entry: add one to PARTS .* its options events"):
        parts_of("Newcomer", built)
