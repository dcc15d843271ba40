"""What every retriever promises, checked for every class in the folder."""

import numpy as np
import pytest

import tamis.stages.retrieve as folder
from tamis.core.errors import NotFittedError
from tamis.core.ragged import order_by_score
from tests.stages.retrieve.worlds import (
    DAY,
    FIT_AT,
    N_ITEMS,
    checkerboard,
    declared,
    every_retriever,
    requests,
    world,
)

BOARD = checkerboard()
SIX_EVENTS = world([0, 0, 1, 1, 2, 0], [0, 1, 0, 2, 1, 2], np.arange(1, 7) * DAY)
SIX_AND_TWO_ON_DAY_TEN = world(
    [0, 0, 1, 1, 2, 0, 0, 2], [0, 1, 0, 2, 1, 2, 3, 3], np.array([1, 2, 3, 4, 5, 6, 10, 10]) * DAY
)
ONE_NEW_ITEM = world([0, 0, 1, 1, 2], [0, 1, 0, 2, 9], np.arange(5) * DAY)
ONE_ITEM = world([0], [0], [0], n_items=1)
LABELS = sorted(declared(BOARD[1], BOARD[3]))
PERSONAL = [
    "Ease",
    "ItemToItem",
    "MatrixFactorization",
    "PairwiseRanking",
    "RatedHighest",
    "SimilarContent",
    "UserToUser",
]


@pytest.fixture(scope="module")
def fitted():
    dataset, log, _, things = BOARD
    return {label: fit(stage, dataset.before(FIT_AT)) for label, stage in declared(log, things).items()}


def fit(stage, dataset):
    return stage.fit(dataset) if hasattr(stage, "fit") else stage


def same(one, other):
    assert one.n_queries == other.n_queries
    np.testing.assert_array_equal(one.query, other.query)
    np.testing.assert_array_equal(one.item, other.item)
    np.testing.assert_array_equal(one["score"], other["score"])
    np.testing.assert_array_equal(one["cold"], other["cold"])


def well_formed(found, n_queries):
    assert found.n_queries == n_queries
    assert found.item.dtype == np.int32 and found.query.dtype == np.int64
    assert set(found.columns) == {"score", "cold"}
    assert ((found.item >= 0) & (found.item < N_ITEMS)).all()
    assert len({*zip(found.query.tolist(), found.item.tolist())}) == len(found), "an item twice"
    assert np.isfinite(found["score"]).all() and np.isin(found["cold"], [0, 1]).all()
    best_first = order_by_score(found.query, found["score"], found.item)
    np.testing.assert_array_equal(found["cold"][best_first], found["cold"])
    strict = found["cold"] == 0
    np.testing.assert_array_equal(best_first[strict], np.arange(len(found))[strict])
    for query in range(n_queries):
        rows = found.query == query
        score, cold = found["score"][rows], found["cold"][rows]
        assert (np.diff(score) <= 0).all() and (np.diff(cold) >= 0).all()
        if 0 < cold.sum() < len(cold):
            assert score[cold == 1].max() < score[cold == 0].min()


def mixed(past):
    """Unknown, new and known users, a user beyond the codes, at several moments after the fit."""
    user = [-1, 0, 1, 2, 3, 0, 1, past.n_users + 5, 15, 15]
    at = FIT_AT + np.array([0, 0, 5, 5, 29, 29, 29, 1, 0, 7]) * DAY + 90 * 60_000_000
    return requests(past, at, user)


def test_every_class_is_exported_and_every_export_is_a_class():
    assert sorted(every_retriever()) == folder.__all__ == sorted(folder.__all__)
    assert all(getattr(folder, label) is cls for label, cls in every_retriever().items())


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("k", [-1, 0, 1, 3, N_ITEMS, N_ITEMS + 9])
def test_k_items_or_the_catalogue_for_every_request(fitted, label, k):
    queries = mixed(BOARD[0].past)
    found = fitted[label].retrieve(queries, k)
    well_formed(found, len(queries))
    np.testing.assert_array_equal(np.bincount(found.query, minlength=len(queries)), max(min(k, N_ITEMS), 0))


@pytest.mark.parametrize("label", LABELS)
def test_the_item_that_a_request_names_is_never_proposed(fitted, label):
    past = BOARD[0].past
    queries = requests(past, FIT_AT, [0, 0, -1, 1, 1, 1], item=[0, -1, 7, 12, 99, 11])
    found = fitted[label].retrieve(queries, N_ITEMS)
    well_formed(found, len(queries))
    assert np.bincount(found.query).tolist() == [13, 14, 13, 13, 14, 13]
    assert not (found.item == queries.item[found.query]).any()


@pytest.mark.parametrize("label", LABELS)
def test_a_batch_answers_as_its_requests_one_by_one_in_any_order(fitted, label):
    queries, stage = mixed(BOARD[0].past), fitted[label]
    together = stage.retrieve(queries, 6)
    for i in range(len(queries)):
        same(stage.retrieve(queries.rows(np.array([i])), 6), of_query(together, i))
    shuffled = np.random.default_rng(1).permutation(len(queries))
    again = stage.retrieve(queries.rows(shuffled), 6)
    for place, i in enumerate(shuffled):
        same(of_query(again, place), of_query(together, i))


def of_query(found, i):
    one = found.rows(found.query == i)
    return type(one)(np.zeros(len(one), np.int64), one.item, 1, one.columns)


@pytest.mark.parametrize("label", LABELS)
def test_a_saved_retriever_answers_the_same(fitted, label, tmp_path):
    dataset, log, _, things = BOARD
    stage, queries = fitted[label], mixed(dataset.past)
    if not hasattr(stage, "save"):
        assert not hasattr(stage, "fit"), "learns but cannot be saved"
        return
    stage.save(tmp_path)
    loaded = declared(log, things)[label].load(tmp_path)
    assert type(loaded) is type(stage)
    same(loaded.retrieve(queries, 9), stage.retrieve(queries, 9))


@pytest.mark.parametrize("label", LABELS)
def test_nothing_at_or_after_the_request_matters(fitted, label):
    dataset, log, _, things = checkerboard(events_until=60)
    known_only = fit(declared(log, things)[label], dataset.before(FIT_AT))
    users = np.arange(16)
    later = fitted[label].retrieve(requests(BOARD[0].past, FIT_AT, users), N_ITEMS)
    same(known_only.retrieve(requests(dataset.past, FIT_AT, users), N_ITEMS), later)
    at = 20 * DAY + 17
    dataset, log, _, things = checkerboard(events_until=20)
    before = fit(declared(log, things)[label], dataset)
    stage = fit(declared(BOARD[1], BOARD[3])[label], BOARD[0].before(dataset.until))
    same(
        before.retrieve(requests(dataset.past, at, users), N_ITEMS),
        stage.retrieve(requests(BOARD[0].past, at, users), N_ITEMS),
    )


@pytest.mark.parametrize("label", LABELS)
def test_an_event_at_the_very_moment_of_the_request_does_not_count(label):
    moment, answers = 10 * DAY, []
    for dataset, log, _, things in (SIX_EVENTS, SIX_AND_TWO_ON_DAY_TEN):
        stage = fit(declared(log, things)[label], dataset.before(moment))
        answers.append(stage.retrieve(requests(dataset.past, moment, [0, 1, 2]), 5))
    same(*answers)


@pytest.mark.parametrize("label", LABELS)
def test_without_any_event_the_catalogue_comes_in_item_order(label):
    dataset, log, _, things = BOARD
    stage = fit(declared(log, things)[label], dataset.before(0))
    found = stage.retrieve(requests(dataset.past, 0, [0, -1]), 3)
    well_formed(found, 2)
    if not label.startswith(("Fresh released", "Matching years", "Matching labels", "Random")):
        assert found.item.tolist() == [0, 1, 2, 0, 1, 2] and (found["cold"] == 1).all()


@pytest.mark.parametrize("label", LABELS)
def test_a_catalogue_of_one_item(label):
    dataset, log, _, things = ONE_ITEM
    stage = fit(declared(log, things)[label], dataset)
    found = stage.retrieve(requests(dataset.past, DAY, [0, -1]), 5)
    assert found.item.tolist() == [0, 0] and found.query.tolist() == [0, 1]
    assert len(stage.retrieve(requests(dataset.past, DAY, [0], item=[0]), 5)) == 0


@pytest.mark.parametrize("label", LABELS)
def test_no_requests_give_no_candidates(fitted, label):
    found = fitted[label].retrieve(requests(BOARD[0].past, FIT_AT, []), 5)
    assert len(found) == 0 and found.n_queries == 0 and set(found.columns) == {"score", "cold"}


@pytest.mark.parametrize("label", LABELS)
def test_the_dataset_is_not_changed(fitted, label):
    dataset, log, _, _ = BOARD
    before = [column.copy() for column in dataset.events(log).columns]
    fitted[label].retrieve(mixed(dataset.past), 5)
    for old, new in zip(before, dataset.events(log).columns):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("label", LABELS)
def test_asked_before_fit_it_says_so(label):
    stage = declared(BOARD[1], BOARD[3])[label]
    if hasattr(stage, "fit"):
        with pytest.raises(NotFittedError, match=type(stage).__name__):
            stage.retrieve(mixed(BOARD[0].past), 3)


@pytest.mark.parametrize("label", LABELS)
def test_fitting_twice_gives_the_same(fitted, label):
    dataset, log, _, things = BOARD
    again = fit(declared(log, things)[label], dataset.before(FIT_AT))
    same(again.retrieve(mixed(dataset.past), 9), fitted[label].retrieve(mixed(dataset.past), 9))


@pytest.mark.parametrize("label", PERSONAL)
def test_a_stranger_gets_the_popular_items_of_the_fit(fitted, label):
    dataset, log, _, _ = BOARD
    counts = np.bincount(dataset.before(FIT_AT).events(log).item, minlength=N_ITEMS)
    best = np.lexsort((np.arange(N_ITEMS), -counts))
    found = fitted[label].retrieve(requests(dataset.past, FIT_AT, [-1]), 5)
    assert found.item.tolist() == best[:5].tolist() and found["score"].tolist() == [-1, -2, -3, -4, -5]


@pytest.mark.parametrize("label", PERSONAL)
def test_a_history_of_unknown_items_is_answered_by_popularity(label):
    # user 2 has met item 9 alone, after the fit; nobody had before
    dataset, log, _, things = ONE_NEW_ITEM
    stage = fit(declared(log, things)[label], dataset.before(4 * DAY))
    found = stage.retrieve(requests(dataset.past, 5 * DAY, [2]), 3)
    if label != "SimilarContent":  # it knows item 9 by its content
        assert found.item.tolist() == [0, 1, 2] and (found["cold"] == 1).all()
    else:
        assert 9 not in found.item and (found["cold"] == 0).any()


@pytest.mark.parametrize("label", PERSONAL)
def test_a_taste_is_answered_from_its_own_board_and_own_items_come_last(fitted, label):
    dataset, log, _, _ = BOARD
    events = dataset.before(FIT_AT).events(log)
    found = fitted[label].retrieve(requests(dataset.past, FIT_AT, np.arange(16)), N_ITEMS)
    for user in range(16):
        own = set(events.item[events.user == user].tolist())
        proposed = found.item[found.query == user].tolist()
        assert set(proposed[-len(own) :]) == own
        fresh = [i for i in range(6 * (user % 2), 6 * (user % 2) + 6) if i not in own and i != 11]
        if label not in ("RatedHighest", "SimilarContent"):
            assert proposed[: len(fresh)] == sorted(fresh, key=proposed.index), (user, proposed, fresh)
            assert set(proposed[: len(fresh)]) == set(fresh)


@pytest.mark.parametrize("label", ["Ease", "ItemToItem", "SimilarContent", "Matching"])
def test_similar_to_this_item_starts_from_the_item_not_the_history(fitted, label):
    past = BOARD[0].past
    found = fitted[label].retrieve(requests(past, FIT_AT, [0, -1, 0], item=[8, 8, -1]), N_ITEMS)
    of_user, of_stranger, of_history = ({}, {}, {})
    for query, item, score, cold in zip(found.query, found.item, found["score"], found["cold"]):
        if cold == 0:
            (of_user, of_stranger, of_history)[query][int(item)] = float(score)
    # the even user 0 gets what a stranger gets, but for the items that user 0 has had
    own = set(range(6)) - set(of_user)
    assert of_user == {item: score for item, score in of_stranger.items() if item not in own}
    assert any(item > 5 for item in of_user) and of_user != of_history
