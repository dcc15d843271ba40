import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import DataError
from tamis.data.augmentation import ListDropout, WordDropout, augment, two_views
from tamis.data.image_augmentation import Brightness, Crop, Flip, Images, QuarterTurns
from tamis.data.splits import RandomSplit

FOLD = next(RandomSplit(test_share=0.5).split({"x": np.arange(8)}))


def test_only_train_rows_are_augmented():
    text = ["one two three"] * 4
    assert augment(WordDropout(share=0.5), text, FOLD.train, FOLD, seed=1) == augment(
        WordDropout(share=0.5), text, FOLD.train, FOLD, seed=1
    )
    with pytest.raises(DataError, match=r"do not train.*Next: split first"):
        augment(WordDropout(), text, np.append(FOLD.train[:3], FOLD.test[0]), FOLD, seed=1)
    first, second = two_views(WordDropout(share=0.5), ["a b c d e f g h"] * 4, FOLD.train, FOLD, seed=1)
    assert first != second


@given(st.lists(st.integers(0, 5), max_size=10), st.sampled_from([0.0, 0.4, 0.95]), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_list_dropout(lengths, share, seed):
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    values = np.arange(offsets[-1]) + 100
    new, kept = ListDropout(share=share).apply((offsets, values), np.random.default_rng(seed))
    assert len(new) == len(offsets) and new[-1] == len(kept)
    for i in range(len(lengths)):
        before, after = values[offsets[i] : offsets[i + 1]], kept[new[i] : new[i + 1]]
        assert set(after.tolist()) <= set(before.tolist()) and np.all(np.diff(after) > 0)
        assert bool(len(after)) == bool(len(before))
        assert share > 0 or len(after) == len(before)


def test_dropout_drops_the_stated_share():
    offsets = np.array([0, 100_000])
    _, kept = ListDropout(share=0.3).apply((offsets, np.arange(100_000)), np.random.default_rng(0))
    assert abs(len(kept) / 100_000 - 0.7) < 0.006  # four standard errors
    words = WordDropout(share=0.5).apply(["", "a", "b  c\td"], np.random.default_rng(0))
    assert words[:2] == ["", "a"] and set(words[2].split()) <= {"b", "c", "d"}


def marked(n=6, height=5, width=7, seed=0):
    """Images in which each box is painted with its own value, so that pixels can check the boxes."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((n, height, width, 1), np.uint8)
    boxes = []
    for i in range(n):
        x0, y0 = rng.integers(0, width - 1), rng.integers(0, height - 1)
        x1, y1 = rng.integers(x0 + 1, width + 1), rng.integers(y0 + 1, height + 1)
        pixels[i, y0:y1, x0:x1] = 100
        boxes.append([x0, y0, x1, y1])
    return Images(pixels, np.array(boxes, float), np.arange(n))


def painted(images):
    """The box around the painted pixels of each image."""
    answer = []
    for picture in images.pixels[..., 0]:
        y, x = np.nonzero(picture)
        answer.append([x.min(), y.min(), x.max() + 1, y.max() + 1] if len(x) else [0, 0, 0, 0])
    return np.array(answer, float)


@pytest.mark.parametrize("part", [Flip(share=1.0), Flip(share=0.5), QuarterTurns()])
@pytest.mark.parametrize("width", [5, 7])
def test_boxes_follow_flips_and_turns(part, width):
    images = marked(40, width=width)
    before = images.pixels.copy(), images.box.copy()
    done = part.apply(images, np.random.default_rng(1))
    assert np.array_equal(done.box, painted(done)) and not np.array_equal(done.pixels, images.pixels)
    assert np.array_equal(before[0], images.pixels) and np.array_equal(before[1], images.box)


def test_all_four_turns_happen_and_a_full_circle_is_nothing():
    images = marked(4, width=5)
    around = images
    for _ in range(4):
        around = QuarterTurns.turn(around, np.ones(4, np.int64))
        assert np.array_equal(around.box, painted(around))
    assert np.array_equal(around.pixels, images.pixels)
    many = QuarterTurns().apply(marked(200, width=5, seed=3), np.random.default_rng(0))
    assert np.array_equal(many.box, painted(many))
    with pytest.raises(DataError, match="square"):
        QuarterTurns.turn(marked(2), np.array([1, 0]))


def test_crops_cut_and_drop_boxes():
    images = marked(200, height=9, width=9)
    done = Crop(height=4, width=5, min_visible=0.01).apply(images, np.random.default_rng(2))
    assert done.pixels.shape == (200, 4, 5, 1)
    assert np.array_equal(done.box, painted(done)[done.image])
    gone = np.setdiff1d(np.arange(200), done.image)
    visible = done.pixels.reshape(200, -1).astype(bool).sum(axis=1)
    area = (images.box[:, 2] - images.box[:, 0]) * (images.box[:, 3] - images.box[:, 1])
    assert np.all(visible[gone] < 0.01 * area[gone]) and done.report.counts() == {"box outside the window": len(gone)}
    strict = Crop(height=4, width=5, min_visible=1.0).apply(images, np.random.default_rng(2))
    assert np.array_equal(strict.image, np.flatnonzero(visible == area))
    with pytest.raises(DataError, match="at least 10 by 5"):
        Crop(height=10, width=5).apply(images, np.random.default_rng(0))


def test_brightness_stays_in_range():
    images = marked(300)
    done = Brightness(amount=0.3).apply(images, np.random.default_rng(0))
    level = done.pixels.reshape(300, -1).max(axis=1)
    assert done.pixels.dtype == np.uint8 and level.min() >= 70 and level.max() <= 130
    assert level.mean() == pytest.approx(100, abs=4 * 17.4 / np.sqrt(300))  # uniform on 70..130: deviation 17.3
    white = Images(np.full((50, 1, 1, 3), 250, np.uint8), np.zeros((0, 4)), np.zeros(0, np.int64))
    assert Brightness(amount=0.5).apply(white, np.random.default_rng(0)).pixels.max() == 255
    floats = Images(np.full((50, 1, 1, 3), 0.9), np.zeros((0, 4)), np.zeros(0, np.int64))
    assert Brightness(amount=0.5).apply(floats, np.random.default_rng(0)).pixels.max() == 1.0


def test_bad_images():
    with pytest.raises(DataError, match="height, width, channels"):
        Images(np.zeros((2, 2, 1)), np.zeros((0, 4)), np.zeros(0, np.int64))
    with pytest.raises(DataError, match="boxes"):
        Images(np.zeros((1, 2, 2, 1)), np.zeros((1, 4)), np.array([1]))
