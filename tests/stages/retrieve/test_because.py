import numpy as np
import pytest

from tamis.core.words import Candidates, Queries
from tamis.stages.retrieve import Ease, ItemToItem
from tests.stores import small

# a likes x and y together with everybody; z goes with w
USERS = [u for u in "abcd" for _ in range(2)] + [u for u in "efgh" for _ in range(2)]
ITEMS = ["x", "y"] * 4 + ["z", "w"] * 4


@pytest.mark.parametrize("stage", [ItemToItem, Ease])
def test_the_item_that_goes_with_the_candidate_is_named(stage):
    data, log, *_ = small([*USERS, "n", "n"], [*ITEMS, "x", "z"])
    code = data.store.items.code
    source = stage(log, regularization=1.0) if stage is Ease else stage(log)
    source.fit(data)
    queries = Queries(np.array([data.store.users.code("n"), -1], np.int32), np.full(2, 2**50), data.past)
    candidates = Candidates(
        np.array([0, 0, 1]), np.array([code("y"), code("w"), code("y")], np.int32), 2, {"score": np.zeros(3)}
    )
    assert source.because(queries, candidates).tolist() == [code("x"), code("z"), -1]


def test_a_code_unknown_to_the_model_speaks_for_nothing():
    data, log, *_ = small(USERS, ITEMS)
    for source in (ItemToItem(log).fit(data), Ease(log).fit(data)):
        queries = Queries(np.array([0], np.int32), np.array([2**50]), data.past)
        strange = Candidates(np.zeros(1, np.int64), np.array([99], np.int32), 1)
        assert source.because(queries, strange).tolist() == [-1]
