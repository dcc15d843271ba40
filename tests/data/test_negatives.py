import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from tamis.core.errors import DataError
from tamis.data.corrections import DownsampleNegatives, importance_weights, log_q_correction
from tamis.data.negatives import (
    HardNegatives,
    InBatchNegatives,
    LatePositionNegatives,
    NonEdges,
    PopularityNegatives,
    UniformNegatives,
)

ERROR_RATE = (
    1e-4  # chance that one of these seeded distribution tests would fail for correct code, had the seed been drawn
)


def pairs(rows, names=("user", "item")):
    return {name: np.array([r[i] for r in rows], np.int64) for i, name in enumerate(names)}


pair_rows = st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 5)), max_size=30)
samplers = st.sampled_from(
    [UniformNegatives(), PopularityNegatives(floor=1.0), PopularityNegatives(), InBatchNegatives(batch=4)]
)


@given(pair_rows, pair_rows, samplers)
@settings(max_examples=60, deadline=None)
def test_never_a_known_positive_and_no_row_lost(positives, known, part):
    batch, more = pairs(positives), pairs(known)
    drawn = part.sample(batch, 6, more)
    held = set(positives) | set(known)
    assert all((batch["user"][r], i) not in held for r, i in zip(drawn.row, drawn.item, strict=True))
    assert np.all((drawn.q > 0) & (drawn.q <= 1 + 1e-12))
    assert np.all(np.diff(drawn.row) >= 0)
    report = drawn.report
    assert report.rows_in == len(positives) and report.rows_out == len(np.unique(drawn.row))
    assert report.rows_in - report.rows_out == sum(report.counts().values())


@given(pair_rows, st.sampled_from([0.0, 1.0]))
@settings(max_examples=60, deadline=None)
def test_q_is_the_weight_among_the_free_items(positives, alpha):
    batch = pairs(positives)
    drawn = PopularityNegatives(alpha=alpha, floor=1.0, per_positive=2).sample(batch, 6)
    counts = np.maximum(np.bincount(batch["item"][batch["item"] >= 0], minlength=6), 1.0) ** alpha
    for r, i, q in zip(drawn.row, drawn.item, drawn.q, strict=True):
        held = {b for a, b in positives if a == batch["user"][r] and b >= 0}
        free = sum(counts[j] for j in range(6) if j not in held)
        assert q == pytest.approx(counts[i] / free)
    for r in range(len(positives)):  # every row that could have a negative has its two
        u, i = positives[r]
        possible = u >= 0 and i >= 0 and len({b for a, b in positives if a == u and b >= 0}) < 6
        assert int((drawn.row == r).sum()) == (2 if possible else 0)


@pytest.mark.parametrize("held", [3, 96])  # few positives: rejection; nearly all: the complement
@pytest.mark.parametrize("alpha", [0.0, 0.75])
def test_draws_follow_q(held, alpha):
    rng = np.random.default_rng(held)
    popular = pairs([(u, i) for u in range(1, 11) for i in rng.choice(100, 30, replace=False)])
    user0 = {"user": np.zeros(held, np.int64), "item": np.arange(held)}
    batch = {name: np.concatenate([user0[name], popular[name]]) for name in user0}
    drawn = PopularityNegatives(alpha=alpha, floor=1, per_positive=18_000 // held, seed=1).sample(batch, 100)
    mine = drawn.row < held
    item, q = drawn.item[mine], drawn.q[mine]
    free = np.arange(held, 100)
    expected = np.array([q[item == i][0] for i in free])
    assert expected.sum() == pytest.approx(1)  # q adds up to 1 over the free items
    counts = np.array([(item == i).sum() for i in free])
    assert chisquare(counts, expected * counts.sum()).pvalue > ERROR_RATE


def test_popularity_to_the_power_of_nought_is_uniform():
    batch = pairs([(0, 0), (1, 1), (1, 2)])
    a, b = PopularityNegatives(alpha=0.0, floor=1).sample(batch, 9), UniformNegatives().sample(batch, 9)
    assert np.array_equal(a.item, b.item) and np.allclose(a.q, b.q)


def test_weights_restore_the_full_sum_and_the_softmax_scale():
    rng = np.random.default_rng(3)
    n_items, k = 500, 200
    logit = rng.normal(size=n_items)
    batch = {"user": np.arange(400) % 20, "item": rng.integers(0, n_items, 400)}
    drawn = PopularityNegatives(floor=1, per_positive=k).sample(batch, n_items)
    held = np.zeros((20, n_items), bool)
    held[batch["user"], batch["item"]] = True
    for estimate in (
        importance_weights(drawn.q, k) * np.exp(logit[drawn.item]),
        np.exp(log_q_correction(logit[drawn.item], drawn.q, k)),
    ):
        sums = np.bincount(drawn.row, weights=estimate, minlength=400)
        truth = np.array([np.exp(logit[~held[u]]).sum() for u in batch["user"]])
        ratio = sums / truth
        assert abs(ratio.mean() - 1) < 4 * ratio.std() / np.sqrt(400)  # four standard errors
    with pytest.raises(DataError, match="above 0"):
        importance_weights(np.array([0.0]), 1)
    with pytest.raises(DataError, match="above 0"):
        log_q_correction(np.array([0.0]), np.array([np.nan]))


def test_late_positions_by_hand():
    positives = pairs([(0, 1), (0, 1), (1, 4), (2, 0), (-1, 0)])
    shown = pairs(
        [(0, 1, 12), (0, 2, 9), (0, 3, 10), (0, 5, 30), (0, 5, 31), (1, 4, 15), (-1, 2, 20)],
        ("user", "item", "position"),
    )
    drawn = LatePositionNegatives(per_positive=4000).sample(positives, shown, 6)
    assert set(drawn.item.tolist()) == {3, 5} and set(drawn.row.tolist()) == {0, 1}
    assert np.allclose(drawn.q[drawn.item == 3], 1 / 3) and np.allclose(drawn.q[drawn.item == 5], 2 / 3)
    assert np.mean(drawn.item == 5) == pytest.approx(2 / 3, abs=4 * np.sqrt(2 / 9 / 8000))
    assert drawn.report.counts() == {"unknown user, item or group": 1, "nothing shown late": 2}


def test_non_edges_have_no_edge_no_loop():
    rng = np.random.default_rng(5)
    edges = {"source": rng.integers(0, 30, 200), "target": rng.integers(0, 30, 200)}
    for directed in (False, True):
        drawn = NonEdges(per_edge=5, directed=directed).sample(edges, 30)
        held = set(zip(edges["source"].tolist(), edges["target"].tolist(), strict=True))
        held |= set() if directed else {(b, a) for a, b in held}
        source = edges["source"][drawn.row]
        assert all((a, b) not in held and a != b for a, b in zip(source.tolist(), drawn.item.tolist(), strict=True))
        degree = np.array([len({b for a, b in held if a == s} - {s}) for s in range(30)])
        assert np.allclose(drawn.q, 1 / (29 - degree[source]))


def test_in_batch_equals_a_loop():
    rng = np.random.default_rng(6)
    batch = {"user": rng.integers(-1, 6, 50), "item": rng.integers(0, 8, 50)}
    drawn = InBatchNegatives(batch=8).sample(batch, 8)
    held = set(zip(batch["user"].tolist(), batch["item"].tolist(), strict=True))
    expected = [
        (r, int(batch["item"][o]))
        for r in range(50)
        for o in range(r // 8 * 8, min(r // 8 * 8 + 8, 50))
        if batch["user"][r] >= 0
        and batch["user"][o] >= 0
        and (int(batch["user"][r]), int(batch["item"][o])) not in held
    ]
    assert list(zip(drawn.row.tolist(), drawn.item.tolist(), strict=True)) == expected
    known = batch["item"][batch["user"] >= 0]
    assert np.allclose(drawn.q, np.bincount(known, minlength=8)[drawn.item] / len(known))


def test_hard_negatives_by_hand():
    positives = pairs([(0, 1), (1, 0), (-1, 2)])
    candidates = {
        "row": np.array([0, 0, 0, 0, 1, 2]),
        "item": np.array([1, 2, 3, 4, 0, 1]),
        "score": np.array([9.0, 5.0, 5.0, np.nan, 1.0, 1.0]),
    }
    assert HardNegatives(per_positive=2).sample(positives, candidates, 6).item.tolist() == [2, 3]
    drawn = HardNegatives(per_positive=2, skip=1).sample(positives, candidates, 6)
    assert drawn.item.tolist() == [3, 4] and drawn.q.tolist() == [1, 1]
    assert drawn.report.counts() == {"unknown user": 1, "no candidate left": 1}


def test_an_item_out_of_range_is_named():
    with pytest.raises(DataError, match=r"codes below 3.*Got: 3"):
        UniformNegatives().sample(pairs([(0, 3)]), 3)


def test_downsampling_and_its_correction():
    # true rate 2 %; keeping 10 % of negatives gives about 16.9 % among the kept; the correction brings it back
    rng = np.random.default_rng(8)
    label = (rng.random(200_000) < 0.02).astype(float)
    part = DownsampleNegatives(keep=0.1)
    kept = part.sample(label)
    raw = label[kept.index].mean()
    rate = label.mean()
    assert raw == pytest.approx(rate / (rate + (1 - rate) * 0.1), rel=0.03)  # kept negatives vary by 0.7 %
    assert part.correct(np.array([raw]))[0] == pytest.approx(label.mean(), rel=0.03)
    assert np.average(label[kept.index], weights=kept.weight) == pytest.approx(label.mean(), rel=0.03)
    assert kept.report.rows_in - kept.report.rows_out == kept.report.counts()["negative not kept"]
    assert part.correct(np.array([0.0, 1.0])).tolist() == [0, 1]
    assert DownsampleNegatives(keep=1.0).sample(np.array([0.0, np.nan, 1.0])).report.counts() == {"missing label": 1}
