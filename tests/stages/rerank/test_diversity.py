"""AtMost, Decay, Diversify and DPP against answers by hand and plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import OptionError
from tamis.stages.rerank import DPP, AtMost, Decay, Diversify
from tests.stages.shop import Shop, candidates, numbers, page, tags, texts


def shop_of(*genres):
    return Shop(n_items=len(genres), item={"genre": tags(*genres)})


def cosine(a, b):
    return len(set(a) & set(b)) / np.sqrt(len(a) * len(b)) if a and b else 0.0


def scaled(values):
    low, high = min(values), max(values)
    return [1.0 if high == low else 1 - (high - v) / (high - low) for v in values]


def mmr(genres, values, k, weight):
    """The paper's rule, one candidate at a time."""
    values, left, picked = scaled(values), list(range(len(values))), []
    while left and len(picked) < k:

        def gain(i):
            near = max((cosine(genres[i], genres[j]) for j in picked), default=0.0)
            return weight * values[i] - (1 - weight) * near

        best = max(left, key=lambda i: (round(gain(i), 9), -i))
        picked.append(best)
        left.remove(best)
    return picked + left


def dpp(genres, values, k, theta, own):
    """The objective itself, by the determinant of every extended set."""
    values, left, picked = scaled(values), list(range(len(values))), []
    n = len(genres)
    s = np.array([[1.0 if i == j else (1 - own) * cosine(genres[i], genres[j]) for j in range(n)] for i in range(n)])
    while left and len(picked) < k:

        def total(i):
            chosen = [*picked, i]
            return (
                theta * sum(values[j] for j in chosen) + (1 - theta) * np.linalg.slogdet(s[np.ix_(chosen, chosen)])[1]
            )

        best = max(left, key=lambda i: (round(total(i), 7), -i))
        picked.append(best)
        left.remove(best)
    return picked + left


genre_lists = st.lists(st.lists(st.sampled_from("abcd"), max_size=3, unique=True), min_size=1, max_size=9)
ninths = st.integers(0, 9)


@settings(max_examples=80, deadline=None)
@given(genre_lists, st.data(), st.integers(1, 10), st.sampled_from([0.0, 0.3, 0.7, 1.0]))
def test_diversify_equals_the_plain_loop(genres, data, k, weight):
    values = sorted(data.draw(st.lists(ninths, min_size=len(genres), max_size=len(genres))), reverse=True)
    shop, n = shop_of(*genres), len(genres)
    rows = candidates(range(n), range(n), value=[values, values])
    got = page(Diversify(shop.item.genre, weight=weight), shop.queries((0, 5), (1, 9)), rows, k)
    # values in ninths and cosines of small sets: a tie in exact numbers is a tie to nine digits, and is left out
    want = mmr(genres, values, k, weight)
    assert got[0] == got[1]
    assert got[0] == want or _tied(genres, values, want, got[0], weight)


def _tied(genres, values, want, got, weight):
    at = next(i for i in range(len(want)) if want[i] != got[i])
    value, picked = scaled(values), want[:at]

    def gain(i):
        return weight * value[i] - (1 - weight) * max((cosine(genres[i], genres[j]) for j in picked), default=0.0)

    return abs(gain(want[at]) - gain(got[at])) < 1e-9


@settings(max_examples=80, deadline=None)
@given(genre_lists, st.data(), st.integers(1, 10), st.sampled_from([0.2, 0.7, 1.0]), st.sampled_from([0.1, 0.5]))
def test_dpp_equals_the_determinants(genres, data, k, theta, own):
    n = len(genres)
    # values that are no simple fractions, so that two gains are equal only where the candidates are alike
    values = sorted(data.draw(st.lists(st.sampled_from(np.sqrt(np.arange(2, 40)).tolist()), min_size=n, max_size=n)))
    values, shop = values[::-1], shop_of(*genres)
    got = page(DPP(shop.item.genre, theta, own), shop.queries((0, 5)), candidates(range(n), value=[values]), k)[0]
    want = dpp(genres, values, k, theta, own)
    if got != want:
        at = next(i for i in range(n) if want[i] != got[i])
        same = [(values[i], sorted(genres[i])) for i in (want[at], got[at])]
        assert same[0] == same[1] or abs(values[want[at]] - values[got[at]]) < 1e-9, (got, want)


def test_greedy_choices_equal_the_plain_loops_on_long_lists():
    rng = np.random.default_rng(0)
    genres = [sorted(set(rng.choice(list("abcdefgh"), rng.integers(0, 5)).tolist())) for _ in range(600)]
    values = np.sort(rng.random((30, 20)), axis=1)[:, ::-1].tolist()
    lists = [list(range(20 * q, 20 * q + 20)) for q in range(30)]
    shop = shop_of(*genres)
    queries, rows = shop.queries(*[(0, q) for q in range(30)]), candidates(*lists, value=values)

    def want(rule, *options):
        return [[one[i] for i in rule([genres[j] for j in one], v, 10, *options)] for one, v in zip(lists, values)]

    assert page(Diversify(shop.item.genre, 0.4), queries, rows, 10) == want(mmr, 0.4)
    assert page(DPP(shop.item.genre, 0.3, 0.2), queries, rows, 10) == want(dpp, 0.3, 0.2)
    assert page(DPP(shop.item.genre, 0.6, 0.05), queries, rows, 10) == want(dpp, 0.6, 0.05)


def test_one_category_only_keeps_the_order():
    shop = shop_of(["a"], ["a"], ["a"], ["a"])
    rows = candidates([3, 1, 0, 2], value=[[0.9, 0.5, 0.4, 0.1]])
    for stage in (Diversify(shop.item.genre, 0.1), DPP(shop.item.genre, 0.1), DPP(shop.item.genre, 0.1, own=0)):
        assert page(stage, shop.queries((0, 5)), rows, 3) == [[3, 1, 0, 2]]


def test_dpp_without_an_own_part_puts_spanned_items_last_by_relevance():
    shop = shop_of(["a"], ["a"], ["a", "b"], ["b"], [])
    rows = candidates([0, 1, 2, 3, 4], value=[[5.0, 4.0, 3.0, 2.0, 1.0]])
    # a, then nothing-in-common b, then the unlabelled one; {a, b} and the second a are spanned by what is above
    assert page(DPP(shop.item.genre, 0.3, own=0), shop.queries((0, 5)), rows, 5) == [[0, 3, 4, 1, 2]]


def test_only_the_pool_takes_part():
    shop = shop_of(["a"], ["a"], ["a"], ["b"])
    rows = candidates([0, 1, 2, 3])
    for stage in (Diversify, DPP):
        assert page(stage(shop.item.genre, 0.01, pool=3), shop.queries((0, 5)), rows, 2) == [[0, 1, 2, 3]]
        assert page(stage(shop.item.genre, 0.01, pool=4), shop.queries((0, 5)), rows, 2) == [[0, 3, 1, 2]]


def at_most(genres, n, k):
    """The greedy rule, one row at a time."""
    used, inside, rest = {}, [], []
    for i, own in enumerate(genres):
        if len(inside) < k and all(used.get(g, 0) < n for g in own):
            inside.append(i)
            for g in own:
                used[g] = used.get(g, 0) + 1
        else:
            rest.append(i)
    return inside + rest


@settings(max_examples=100, deadline=None)
@given(st.lists(genre_lists, min_size=1, max_size=4), st.integers(1, 3), st.integers(0, 6))
def test_at_most_equals_the_plain_loop(pages, n, k):
    genres = [own for one in pages for own in one]
    starts = np.cumsum([0, *map(len, pages)])
    lists = [list(range(starts[q], starts[q + 1])) for q in range(len(pages))]
    shop = shop_of(*genres)
    queries = shop.queries(*[(q, 5) for q in range(len(pages))])
    got = page(AtMost(n, per=shop.item.genre), queries, candidates(*lists), k)
    assert got == [[starts[q] + i for i in at_most(pages[q], n, k)] for q in range(len(pages))]


def test_at_most_drop_gives_a_reason():
    shop = shop_of(["a"], ["a"], ["b"], ["a"], [])
    order = AtMost(1, per=shop.item.genre, drop=True).rerank(shop.queries((0, 5)), candidates(range(5)), 2)
    assert order.rows.tolist() == [0, 2, 4]
    assert order.reason == "more than 1 per items.genre"


def test_at_most_by_number_and_by_text():
    shop = Shop(item={"brand": numbers(7, 7, None, None, 8), "title": texts("A", "a ", None, "b", "b")})
    queries, rows = shop.queries((0, 5)), candidates(range(5))
    assert page(AtMost(1, per=shop.item.brand), queries, rows, 4) == [[0, 2, 3, 4, 1]]
    assert page(AtMost(1, per=shop.item.title), queries, rows, 3) == [[0, 2, 3, 1, 4]]
    with pytest.raises(OptionError, match="`n`"):
        AtMost(0, per=shop.item.brand)


def test_decay_by_hand():
    shop = shop_of(["x"], ["x"], ["y"], ["x"], [])
    rows = candidates([0, 1, 2, 3, 4], value=[[1.0, 0.9, 0.6, 0.5, 0.1]])
    # values 1, 0.9 * 0.55, 0.6, 0.5 * 0.325, 0.1
    assert page(Decay(shop.item.genre, 0.5, 0.1), shop.queries((0, 5)), rows, 5) == [[0, 2, 1, 3, 4]]
    assert page(Decay(shop.item.genre, 0.5, 1.0), shop.queries((0, 5)), rows, 5) == [[0, 1, 2, 3, 4]]
    # all of x's later rows fall to 0, below the row without an author
    assert page(Decay(shop.item.genre, 0.0, 0.0), shop.queries((0, 5)), rows, 5) == [[0, 2, 4, 1, 3]]


def test_decay_moves_negative_values_up_before_it_multiplies():
    shop = shop_of(["x"], ["x"], ["y"], ["z"])
    rows = candidates([0, 1, 2, 3], value=[[-1.0, -2.0, -2.2, -4.0]])
    # moved up: 3, 2 * 0.5, 1.8, 0; as they are, half of -2 would have been a reward
    assert page(Decay(shop.item.genre, 0.5, 0.0), shop.queries((0, 5)), rows, 4) == [[0, 2, 1, 3]]


def test_decay_counts_the_most_used_tag():
    shop = shop_of(["x"], ["x"], ["x", "y"], ["z"])
    rows = candidates([0, 1, 2, 3], value=[[1.0, 0.9, 0.8, 0.3]])
    # 1, 0.45, 0.8 * 0.25 (two earlier x), 0.3
    assert page(Decay(shop.item.genre, 0.5, 0.0), shop.queries((0, 5)), rows, 4) == [[0, 1, 3, 2]]
