import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.data.nonprobability_sampling import ConvenienceSample, JudgementSample, QuotaSample, SnowballSample


def test_every_kind_says_that_it_is_biased():
    samples = [
        ConvenienceSample(size=2).sample(5),
        JudgementSample().sample(np.array([True, False, True])),
        QuotaSample({"a": 1, "b": 2}).sample(np.array(["b", "a", "c", "b", "a", "b"])),
        SnowballSample().sample(np.array([0]), np.array([0]), np.array([1]), 3),
    ]
    assert [s.index.tolist() for s in samples] == [[0, 1], [0, 2], [0, 1, 3], [0, 1]]
    for sample in samples:
        assert sample.bias and np.isnan(sample.probability).all()
        assert sample.report.rows_in == sample.report.rows_out + sum(sample.report.counts().values())


def test_a_snowball_grows_by_waves():
    rng = np.random.default_rng(0)
    source, target = rng.integers(0, 40, 50), rng.integers(0, 40, 50)
    reached, frontier = {3}, {3}
    for waves in range(4):
        got = SnowballSample(waves=waves).sample(np.array([3]), source, target, 40).index
        assert set(got.tolist()) == reached
        around = {b for a, b in zip(source.tolist(), target.tolist(), strict=True) if a in frontier}
        around |= {a for a, b in zip(source.tolist(), target.tolist(), strict=True) if b in frontier}
        frontier = around - reached
        reached = reached | frontier
    few = SnowballSample(waves=1, per_node=2).sample(np.array([0]), np.zeros(9, int), np.arange(1, 10), 10)
    assert len(few.index) == 3
    with pytest.raises(DataError, match="`seeds` is unknown"):
        SnowballSample().sample(np.array([-1]), source, target, 40)
