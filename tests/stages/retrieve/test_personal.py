"""Known answers of the personal retrievers."""

import numpy as np
import pytest

from tamis.core.errors import OptionError
from tamis.core.words import Queries
from tamis.models.bpr import PairwiseFactors
from tamis.models.ials import ImplicitFactors
from tamis.models.item_neighbours import ItemNeighbours
from tamis.models.text_vectors import TextVectors, cosine
from tamis.models.user_neighbours import UserNeighbours
from tamis.stages.retrieve import (
    Ease,
    ItemToItem,
    MatrixFactorization,
    PairwiseRanking,
    RatedHighest,
    SimilarContent,
    UserToUser,
)
from tamis.stages.retrieve import _blocks as blocks
from tests.stages.retrieve.worlds import DAY, FIT_AT, checkerboard, requests, world

# users 0: {0, 1}, 1: {0, 1, 2}, 2: {2}; user 3 has met item 0 alone, after the fit
EVENTS = world([0, 0, 1, 1, 1, 2, 3], [0, 1, 0, 1, 2, 2, 0], np.arange(7) * DAY, n_items=5)


def answer(stage, user, k=3, item=None, at=100 * DAY):
    dataset = EVENTS[0]
    found = stage.fit(dataset.before(6 * DAY)).retrieve(requests(dataset.past, at, [user], item), k)
    return found.item.tolist(), found["score"], found["cold"].tolist()


def test_item_to_item_sums_cosines_of_the_history():
    log = EVENTS[1]
    # users of items 0, 1, 2: two each; 0 and 1 share two, 0 and 2 share one
    items, score, cold = answer(ItemToItem(log), user=3)
    assert items == [1, 2, 3] and cold == [0, 0, 1]
    assert score == pytest.approx([2 / 2, 1 / 2, 1 / 2 - 1], rel=1e-6)
    # users 0 starts from items 0 and 1: item 2 is half like each
    assert answer(ItemToItem(log), user=0, k=1)[1] == pytest.approx([1.0], rel=1e-6)
    assert answer(ItemToItem(log, last=1), user=0, k=1)[1] == pytest.approx([0.5], rel=1e-6)


def test_item_to_item_similar_to_this_item():
    log = EVENTS[1]
    for user in (3, 2, -1):
        items, score, cold = answer(ItemToItem(log, model=ItemNeighbours(shrinkage=2)), user=user, item=[1])
        # item 0 shares both its users with item 1: 2 / (2 + 2); item 2 shares one: 1 / (2 + 2), unless it was met
        expected = {3: ([2, 3, 4], [0, 1, 1]), 2: ([0, 3, 4], [0, 1, 1]), -1: ([0, 2, 3], [0, 0, 1])}[user]
        assert (items, cold) == expected
        assert score[0] == pytest.approx(0.25 if user == 3 else 0.5, rel=1e-6)


def test_repeat_proposes_items_that_the_user_has_had():
    log = EVENTS[1]
    assert answer(ItemToItem(log), user=0, k=1)[0] == [2]
    items, score, _ = answer(ItemToItem(log, repeat=True), user=0)
    assert sorted(items) == [0, 1, 2] and score == pytest.approx([1, 1, 1], rel=1e-6)


def test_item_to_item_counts_new_items_live():
    # item 3 is new after the fit on day 6: users 0 and 1 meet it on days 8 and 9
    user, item = [0, 0, 1, 1, 1, 2, 0, 1, 2], [0, 1, 0, 1, 2, 2, 3, 3, 4]
    dataset, log, *_ = world(user, item, np.array([0, 1, 2, 3, 4, 5, 8, 9, 9]) * DAY, n_items=6)
    stage = ItemToItem(log).fit(dataset.before(6 * DAY))

    def similar(at, of):
        found = stage.retrieve(requests(dataset.past, at, [-1], item=[of]), 5)
        return {i: s for i, s, c in zip(found.item.tolist(), found["score"], found["cold"]) if c == 0}

    assert similar(7 * DAY, 0) == pytest.approx({1: 1.0, 2: 0.5}, rel=1e-6)
    # one user of item 3, who has met 0 and 1: 1 / sqrt(2 * 1)
    assert similar(9 * DAY, 0) == pytest.approx({1: 1.0, 2: 0.5, 3: 0.5**0.5}, rel=1e-6)
    # both users of item 3: 2 / sqrt(2 * 2) with items 0 and 1, 1 / 2 with item 2
    assert similar(10 * DAY, 0) == pytest.approx({1: 1.0, 2: 0.5, 3: 1.0}, rel=1e-6)
    assert similar(10 * DAY, 3) == pytest.approx({0: 1.0, 1: 1.0, 2: 0.5}, rel=1e-6)
    assert similar(10 * DAY, 4) == pytest.approx({2: 0.5**0.5}, rel=1e-6)
    # the bucket of the request starts at midnight: what happened on day 9 is not in it
    assert similar(9 * DAY + 1, 4) == {}
    # fitted again with item 3 known, the same stage does not remember it as a newcomer
    expected = (
        ItemToItem(log).fit(dataset.before(9 * DAY)).retrieve(requests(dataset.past, 10 * DAY, [-1], item=[4]), 5)
    )
    stage.fit(dataset.before(9 * DAY))
    refitted = stage.retrieve(requests(dataset.past, 10 * DAY, [-1], item=[4]), 5)
    assert refitted.item.tolist() == expected.item.tolist()
    assert refitted["score"].tolist() == expected["score"].tolist()
    # one batch of all these moments
    stage.fit(dataset.before(6 * DAY))
    many = requests(dataset.past, np.array([10, 7, 9, 10]) * DAY, [-1] * 4, item=[4, 0, 0, 3])
    together = stage.retrieve(many, 5)
    for i in range(4):
        alone = stage.retrieve(many.rows(np.array([i])), 5)
        assert together.item[together.query == i].tolist() == alone.item.tolist()
        assert together["score"][together.query == i].tolist() == alone["score"].tolist()


def test_user_to_user_lets_the_nearest_vote():
    log = EVENTS[1]
    near, far = 1 / np.sqrt(1 * 2), 1 / np.sqrt(1 * 3)
    items, score, cold = answer(UserToUser(log), user=3)
    assert items == [1, 2, 3] and cold == [0, 0, 1]
    assert score == pytest.approx([near + far, far, far - 1], rel=1e-6)
    items, score, cold = answer(UserToUser(log, model=UserNeighbours(neighbours=1)), user=3)
    assert items[0] == 1 and score[0] == pytest.approx(near, rel=1e-6) and cold == [0, 1, 1]


def test_ease_is_the_closed_form():
    log = EVENTS[1]
    x = np.array([[1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]], float)
    inverse = np.linalg.inv(x.T @ x + 2 * np.eye(5))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    items, score, cold = answer(Ease(log, regularization=2), user=3)
    assert items == [1, 2, 3] and cold == [0, 0, 1]
    assert score[:2] == pytest.approx(weights[0, [1, 2]], rel=1e-5)
    assert answer(Ease(log, regularization=2), user=2, item=[0])[1][0] == pytest.approx(weights[0, 1], rel=1e-5)


def test_a_new_user_is_answered_after_the_first_event():
    log = EVENTS[1]
    for stage in (Ease(log), ItemToItem(log), UserToUser(log), MatrixFactorization(log)):
        assert answer(stage, user=3, at=6 * DAY)[2] == [1, 1, 1]
        assert answer(stage, user=3, at=6 * DAY + 1)[2][0] == 0


def test_matrix_factorization_scores_are_the_models():
    dataset, log, *_ = checkerboard()
    model = ImplicitFactors(factors=4, iterations=5)
    stage = MatrixFactorization(log, model=model, repeat=True).fit(dataset.before(FIT_AT))
    events = dataset.before(FIT_AT).events(log)
    expected = stage.model_.score(events.matrix())
    found = stage.retrieve(requests(dataset.past, FIT_AT, np.arange(16)), 14)
    warm = found["cold"] == 0
    assert warm.sum() == 16 * len(np.unique(events.item))
    np.testing.assert_allclose(found["score"][warm], expected[found.query, found.item][warm], atol=1e-5)
    assert not hasattr(model, "item_factors_"), "the declared model stays untrained"


@pytest.mark.parametrize("make", [Ease, ItemToItem, UserToUser, MatrixFactorization, PairwiseRanking, RatedHighest])
def test_blocks_do_not_show(make, monkeypatch):
    dataset, log, *_ = checkerboard()
    stage = make(log).fit(dataset.before(FIT_AT))
    queries = requests(dataset.past, FIT_AT + np.arange(16) * DAY, np.arange(16))
    whole = stage.retrieve(queries, 5)
    monkeypatch.setattr(blocks, "CELLS", 14 * 3)
    parts = stage.retrieve(queries, 5)
    np.testing.assert_array_equal(whole.query, parts.query)
    np.testing.assert_array_equal(whole.item, parts.item)
    np.testing.assert_array_equal(whole["score"], parts["score"])


@pytest.mark.parametrize(
    "make",
    [
        lambda log: MatrixFactorization(log, model=ImplicitFactors(iterations=2)),
        lambda log: PairwiseRanking(log, model=PairwiseFactors(epochs=2)),
        lambda log: RatedHighest(log, epochs=1),
        Ease,
        UserToUser,
        ItemToItem,
    ],
)
def test_scores_are_exact_in_any_batch(make):
    random = np.random.default_rng(5)
    user = np.repeat(np.arange(120), random.integers(1, 40, 120))
    item = np.minimum(random.zipf(1.3, len(user)) - 1 + random.integers(0, 90, len(user)), 199)
    dataset, log, *_ = world(user, item, np.arange(len(user)), n_items=200)
    stage = make(log).fit(dataset)
    queries = requests(dataset.past, DAY, np.arange(120))
    together = stage.retrieve(queries, 50)
    for i in range(120):
        alone = stage.retrieve(queries.rows(np.array([i])), 50)
        rows = together.query == i
        np.testing.assert_array_equal(alone.item, together.item[rows])
        np.testing.assert_array_equal(alone["score"], together["score"][rows])


def test_a_catalogue_that_grew_after_the_fit():
    """New items have codes beyond those of the fit: popular as they are, unknown to the model, filled in last."""
    dataset, log, *_ = EVENTS
    small = dataset.before(6 * DAY)
    past = dataset.past

    class Grown:
        n_users, n_items = past.n_users, past.n_items + 2

        def __getattr__(self, name):
            return getattr(past, name)

        def history(self, selection, user, at, last=None):
            found = past.history(selection, user, at, last)
            return type(found)(found.query, found.item + np.int32(5), found.at, found.value)

        def first_seen(self, selection):
            return np.concatenate([past.first_seen(selection), np.full(2, np.iinfo(np.int64).max)])

    for stage in (Ease(log), ItemToItem(log), UserToUser(log), MatrixFactorization(log)):
        queries = Queries(np.zeros(1, np.int32), np.array([6 * DAY]), Grown())
        found = stage.fit(small).retrieve(queries, 99)
        # item 5 and 6 are the user's, so they come last
        assert found.item.tolist() == [0, 1, 2, 3, 4, 5, 6] and (found["cold"] == 1).all()


def test_rated_highest_is_the_best_unrated_by_the_models_prediction():
    random = np.random.default_rng(2)
    user, item = np.divmod(random.permutation(20 * 10)[:120], 10)
    value = np.clip(3 + (item - 4.5) / 3 + random.normal(0, 0.1, 120), 1, 5)
    dataset, ratings, *_ = world(user, item, np.arange(120), value=value, n_items=12)
    stage = RatedHighest(ratings, y_range=(0.5, 5.5), epochs=40).fit(dataset)
    found = stage.retrieve(requests(dataset.past, DAY, np.arange(20)), 12)
    for code in range(20):
        rows = found.query == code
        rated = set(dataset.events(ratings).item[dataset.events(ratings).user == code].tolist())
        unrated = [i for i in range(10) if i not in rated]
        predicted = stage.model_.predict(np.full(len(unrated), code), np.array(unrated))
        best = [unrated[i] for i in np.argsort(-predicted, kind="stable")]
        assert found.item[rows][: len(best)].tolist() == best
        np.testing.assert_allclose(found["score"][rows][: len(best)], np.sort(predicted)[::-1], atol=1e-5)
        # items 10 and 11 have no rating, so they are filled in, and what was rated already comes after them
        assert found.item[rows][len(best) : len(best) + 2].tolist() == [10, 11]
        assert found["cold"][rows].tolist() == [0] * len(best) + [1] * (12 - len(best))
    assert stage.retrieve(requests(dataset.past, DAY, [-1]), 1)["cold"].tolist() == [1]


def test_rated_highest_refuses_an_upside_down_range():
    with pytest.raises(OptionError, match=r"`y_range` is not allowed.*\(5, 1\)"):
        RatedHighest(EVENTS[1], y_range=(5, 1))


def test_pairwise_ranking_scores_are_the_models():
    dataset, log, *_ = checkerboard()
    stage = PairwiseRanking(log, model=PairwiseFactors(factors=4, epochs=5), repeat=True).fit(dataset.before(FIT_AT))
    events = dataset.before(FIT_AT).events(log)
    expected = stage.model_.score(events.matrix())
    found = stage.retrieve(requests(dataset.past, FIT_AT, np.arange(16)), 14)
    warm = found["cold"] == 0
    assert warm.sum() == 16 * len(np.unique(events.item))
    np.testing.assert_allclose(found["score"][warm], expected[found.query, found.item][warm], atol=1e-5)


def test_similar_content_is_the_cosine_with_the_mean_of_the_history():
    # genres of items 0 to 5: g0|g2, g0|g3, g0|g2 ...; of 6: none; of 7 to 9: g1|g3, g1|g2, g1|g3
    dataset, log, _, things = world([0, 0, 1], [0, 7, 6], np.arange(3) * DAY, n_items=10)
    stage = SimilarContent(things.genres, log).fit(dataset)
    weight = {g: np.log((1 + 10) / (1 + n)) + 1 for g, n in {"g0": 6, "g1": 3, "g2": 4, "g3": 5}.items()}

    def vector(*genres):
        made = np.array([weight[g] * (g in genres) for g in sorted(weight)])
        return made / np.linalg.norm(made)

    profile = (vector("g0", "g2") + vector("g1", "g3")) / 2
    profile /= np.linalg.norm(profile)
    found = stage.retrieve(requests(dataset.past, DAY * 5, [0]), 10)
    expected = {
        i: profile @ vector(*genres)
        for i, genres in {1: ("g0", "g3"), 2: ("g0", "g2"), 8: ("g1", "g2"), 9: ("g1", "g3")}.items()
    }
    got = dict(zip(found.item.tolist(), found["score"]))
    assert {i: got[i] for i in expected} == pytest.approx(expected, rel=1e-5)
    assert found.item[0] == max(expected, key=expected.get) == 8 and found["cold"].tolist() == [0] * 7 + [1, 1, 1]
    # the blank item is like nothing; then the two that user 0 has had
    assert found.item[-3:].tolist() == [6, 0, 7]
    # similar to item 8: items 7 and 9 share g1, items 0, 2 and 4 share g2, the rarer label counts more
    alike = stage.retrieve(requests(dataset.past, DAY * 5, [-1], item=[8]), 5)
    assert alike.item.tolist() == [7, 9, 0, 2, 4]
    assert alike["score"][[0, 2]] == pytest.approx(
        [vector("g1", "g2") @ vector("g1", "g3"), vector("g1", "g2") @ vector("g0", "g2")], rel=1e-5
    )
    # who has had the blank item alone, and a request that starts from it, get what is popular
    for queries in (requests(dataset.past, DAY * 5, [1]), requests(dataset.past, DAY * 5, [-1], item=[6])):
        assert stage.retrieve(queries, 2)["cold"].tolist() == [1, 1]


def test_similar_content_by_text_proposes_an_item_without_events():
    dataset, log, _, things = world([0, 1], [0, 7], [0, DAY], n_items=12)
    stage = SimilarContent(things.title, log).fit(dataset)
    titles = dataset.attribute(things.title).of(np.arange(12))
    vectors = TextVectors().fit(titles).transform(titles)
    expected = cosine(vectors[0], vectors).toarray()[0]
    found = stage.retrieve(requests(dataset.past, 2 * DAY, [0]), 5)
    assert found.item.tolist() == [1, 2, 3, 4, 5], "the red stories"
    np.testing.assert_allclose(found["score"], expected[found.item], rtol=1e-5)


def test_similar_content_takes_the_latest_items_only():
    dataset, log, _, things = world([0, 0, 0], [0, 1, 7], np.arange(3) * DAY, n_items=12)
    latest = SimilarContent(things.title, log, last=1).fit(dataset)
    assert latest.retrieve(requests(dataset.past, 9 * DAY, [0]), 3).item.tolist() == [8, 9, 10]


def test_similar_content_knows_items_that_join_the_catalogue_later():
    early, log, _, things = world([0], [0], [0], n_items=8)
    late, later_log, _, later_things = world([0], [0], [0], n_items=10)
    for column in ("genres", "title"):
        stage = SimilarContent(things[column], log).fit(early)
        grown = SimilarContent(later_things[column], later_log)
        vars(grown).update({n: v for n, v in vars(stage).items() if n.endswith("_")})
        # items 8 and 9 are blue, like item 7, and have its genre g1
        found = grown.retrieve(requests(late.past, DAY, [-1], item=[7]), 2)
        assert sorted(found.item.tolist()) == [8, 9] and (found["cold"] == 0).all()


def test_similar_content_needs_words_or_labels():
    dataset, log, _, things = checkerboard()
    with pytest.raises(OptionError, match=r"SimilarContent: `attribute` is neither text nor labels.*year"):
        SimilarContent(things.year, log).fit(dataset)
