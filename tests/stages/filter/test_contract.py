"""What every filter promises; classes are found by themselves."""

import numpy as np
import pytest

import tamis.stages.filter as room
from tamis.core.stages import Filter, LateFilter
from tamis.core.words import Candidates
from tests.stages.shop import Shop, numbers, tags, texts

USERS, ITEMS, NOW = 6, 40, 1_000


def make_shop(seed=0):
    rng = np.random.default_rng(seed)

    def log(n):
        return list(
            zip(
                rng.integers(0, USERS, n).tolist(),
                rng.integers(0, ITEMS, n).tolist(),
                rng.integers(0, 2 * NOW, n).tolist(),
            )
        )

    def maybe(draw):
        return [None if rng.random() < 0.2 else draw() for _ in range(ITEMS)]

    def some():
        return [sorted(set(rng.choice(list("abcd"), rng.integers(0, 3)).tolist())) for _ in range(ITEMS)]

    return Shop(
        USERS,
        ITEMS,
        item={
            "number": numbers(*maybe(lambda: int(rng.integers(0, 20)))),
            "moment": numbers(*maybe(lambda: int(rng.integers(0, 2 * NOW)))),
            "tags": tags(*some()),
            "title": texts(*maybe(lambda: str(rng.integers(0, 12)))),
        },
        user={"age": numbers(5, 15, 30, None, 18, 9), "tags": tags(["a"], [], ["b", "c"], ["d"], ["zz"], ["a", "d"])},
        shown=log(300),
        clicks=log(60),
    )


BUILD = {
    "AgeLimit": lambda s: room.AgeLimit(s.item.number, s.user.age),
    "Available": lambda s: room.Available(start=s.item.moment),
    "Blocked": lambda s: room.Blocked(s.clicks, sharing=s.item.tags),
    "Duplicates": lambda s: room.Duplicates(s.item.title),
    "Exclude": lambda s: room.Exclude(["0003", "0007"]).fit(s.dataset()),
    "Fatigue": lambda s: room.Fatigue(s.shown, s.clicks, times=2),
    "FrequencyCap": lambda s: room.FrequencyCap(s.shown, 2),
    "InStock": lambda s: room.InStock(s.item.number),
    "Interests": lambda s: room.Interests(s.clicks, per=s.item.tags),
    "Matches": lambda s: room.Matches(s.item.tags, s.user.tags),
    "NotSeen": lambda s: room.NotSeen(s.shown),
    "Region": lambda s: room.Region(s.item.tags, s.user.tags, everywhere="d"),
    "Supports": lambda s: room.Supports({"a": s.item.number, "b": s.item.moment}, s.user.tags),
    "Where": lambda s: room.Where(s.item.tags, "a"),
}


def ask(stage, queries, rows):
    if isinstance(stage, LateFilter):
        return stage.keep_late(queries, rows, Candidates.empty(len(queries)))
    return stage.keep(queries, rows)


def make_queries(shop, rng, b):
    return shop.queries(*zip(rng.integers(-1, USERS, b).tolist(), rng.integers(0, 2 * NOW, b).tolist()))


def make_rows(rng, b):
    sizes = rng.integers(0, 25, b)
    items = [rng.choice(np.arange(-1, ITEMS + 2), n, replace=False) for n in sizes]
    item = np.concatenate([*items, np.zeros(0, np.int64)]).astype(np.int32)
    return Candidates(np.repeat(np.arange(b), sizes), item, b)


def test_every_class_is_built_here():
    assert sorted(BUILD) == room.__all__ == sorted(room.__all__)


@pytest.fixture(params=room.__all__)
def case(request):
    shop, rng = make_shop(), np.random.default_rng(7)
    queries = make_queries(shop, rng, 30)
    return shop, BUILD[request.param](shop), queries, make_rows(rng, 30)


def test_it_meets_exactly_one_contract(case):
    _, stage, *_ = case
    assert isinstance(stage, Filter) != isinstance(stage, LateFilter)
    assert isinstance(stage.safety, bool)


def test_mask_and_reason_have_the_right_form(case):
    _, stage, queries, rows = case
    mask, reason = ask(stage, queries, rows)
    assert mask.dtype == bool and mask.shape == (len(rows),)
    assert not mask.all() and mask.any()
    phrases = [reason] if isinstance(reason, str) else reason[~mask].tolist()
    assert all(phrases)
    assert isinstance(reason, str) or reason.shape == (len(rows),)


def test_same_question_same_answer_and_inputs_unchanged(case):
    _, stage, queries, rows = case
    before = [a.copy() for a in (queries.user, queries.at, rows.query, rows.item)]
    first, second = ask(stage, queries, rows), ask(stage, queries, rows)
    assert np.array_equal(first.mask, second.mask)
    assert all(np.array_equal(a, b) for a, b in zip(before, (queries.user, queries.at, rows.query, rows.item)))


def test_batch_equals_single(case):
    _, stage, queries, rows = case
    whole = ask(stage, queries, rows)
    reason = np.full(len(rows), whole.reason) if isinstance(whole.reason, str) else whole.reason
    for q in range(len(queries)):
        mine = rows.query == q
        one = Candidates(np.zeros(mine.sum(), np.int64), rows.item[mine], 1)
        alone = ask(stage, queries.rows(np.array([q])), one)
        assert np.array_equal(alone.mask, whole.mask[mine])
        own = np.full(len(one), alone.reason) if isinstance(alone.reason, str) else alone.reason
        assert np.array_equal(own[~alone.mask], reason[mine][~alone.mask])


@pytest.mark.parametrize("b", [0, 3])
def test_no_candidates(case, b):
    shop, stage, *_ = case
    queries = make_queries(shop, np.random.default_rng(1), b)
    assert ask(stage, queries, Candidates.empty(b)).mask.shape == (0,)


def test_what_happens_later_changes_nothing(case):
    shop, stage, queries, rows = case
    start = int(queries.at.max())
    queries = shop.queries(*[(int(u), start) for u in queries.user])
    before = ask(stage, queries, rows).mask
    later = [(u, i, start + (u + i) % 3) for u in range(USERS) for i in range(ITEMS)]
    after = ask(stage, shop.more(later).queries(*[(int(u), start) for u in queries.user]), rows).mask
    assert np.array_equal(before, after)


def test_unknown_person_and_unknown_items(case):
    shop, stage, *_ = case
    rows = Candidates(np.zeros(3, np.int64), np.array([-1, ITEMS, 0], np.int32), 1)
    assert ask(stage, shop.queries((-1, NOW)), rows).mask.shape == (3,)
    assert ask(stage, shop.queries((USERS + 5, NOW)), rows).mask.shape == (3,)
