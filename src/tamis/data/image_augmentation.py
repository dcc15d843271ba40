"""Image augmentation on arrays, with boxes that follow the image.

Images have shape (n, height, width, channels), integers 0..255 or floats 0..1. Boxes are (m, 4) floats `x0, y0, x1, y1`
in pixels from the upper left corner, edges not centres: a box of the whole image is 0, 0, width, height.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above, at_least, at_most, between
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.data.event_columns import Floats, Ints, Mask, counted_report
from tamis.data.report import Report


@dataclass(frozen=True)
class Images:
    """Images and their boxes.

    Parameters
    ----------
    pixels : array of shape (n, height, width, channels)
    box : array of shape (m, 4), float64
    image : array of shape (m,), int64
        The image of each box.
    report : Report, optional
        Boxes lost by the last augmentation, with reasons.
    """

    pixels: NDArray[Any]
    box: Floats
    image: Ints
    report: Report | None = None

    def __post_init__(self) -> None:
        if self.pixels.ndim != 4:
            raise DataError(
                "images are not allowed", where="Images", allowed="(n, height, width, channels)", got=self.pixels.shape
            )
        if self.box.shape != (len(self.image), 4) or (len(self.image) and self.image.max() >= len(self.pixels)):
            raise DataError(
                "boxes are not allowed",
                where="Images",
                allowed=f"(m, 4) with images 0 to {len(self.pixels) - 1}",
                got=f"{self.box.shape} with {len(self.image)} images",
            )


@options
class Flip:
    """Mirror each image left to right with a chance.

    Examples
    --------
    >>> images = Images(np.arange(3).reshape(1, 1, 3, 1), np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([0]))
    >>> flipped = Flip(share=1.0).apply(images, np.random.default_rng(0))
    >>> flipped.pixels.ravel(), flipped.box
    (array([2, 1, 0]), array([[2., 0., 3., 1.]]))
    """

    share: Annotated[float, between(0, 1)] = 0.5

    def apply(self, batch: Images, rng: np.random.Generator) -> Images:
        """Return the images, some mirrored."""
        chosen = rng.random(len(batch.pixels)) < self.share
        pixels = np.where(chosen[:, None, None, None], batch.pixels[:, :, ::-1], batch.pixels)
        x0, y0, x1, y1 = batch.box.T
        width = batch.pixels.shape[2]
        mirrored = np.stack([width - x1, y0, width - x0, y1], axis=1)
        return Images(pixels, np.where(chosen[batch.image][:, None], mirrored, batch.box), batch.image)


@options
class QuarterTurns:
    """Turn each image by 0, 90, 180 or 270 degrees (counter-clockwise) at random; other than square, by 0 or 180.

    Examples
    --------
    >>> images = Images(np.arange(2).reshape(1, 1, 2, 1), np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([0]))
    >>> turned = QuarterTurns.turn(images, np.array([2]))
    >>> turned.pixels.ravel(), turned.box
    (array([1, 0]), array([[1., 0., 2., 1.]]))
    """

    def apply(self, batch: Images, rng: np.random.Generator) -> Images:
        """Return the images, turned."""
        height, width = batch.pixels.shape[1:3]
        if height == width:
            return self.turn(batch, rng.integers(0, 4, len(batch.pixels)))
        return self.turn(batch, 2 * rng.integers(0, 2, len(batch.pixels)))

    @staticmethod
    def turn(batch: Images, quarters: Ints) -> Images:
        """Return the images turned by `quarters` (n,) in 0..3; 1 and 3 need square images.

        Raises
        ------
        DataError
            Where an image that is not square would be turned by a quarter.
        """
        height, width = batch.pixels.shape[1:3]
        if height != width and np.any(quarters % 2):
            raise DataError("only square images turn by a quarter", where="QuarterTurns", got=(height, width))
        pixels, box = batch.pixels.copy(), batch.box.copy()
        for k in (1, 2, 3):
            chosen = quarters == k
            if not chosen.any():
                continue
            pixels[chosen] = np.rot90(batch.pixels[chosen], k, axes=(1, 2))
            rows = chosen[batch.image]
            x0, y0, x1, y1 = batch.box[rows].T
            turned = {
                1: (y0, width - x1, y1, width - x0),
                2: (width - x1, height - y1, width - x0, height - y0),
                3: (height - y1, x0, height - y0, x1),
            }[k]
            box[rows] = np.stack(turned, axis=1)
        return Images(pixels, box, batch.image)


@options
class Brightness:
    """Multiply each image by a random factor in [1 - amount, 1 + amount], cut to the range of the pixels.

    Examples
    --------
    >>> dark = Images(np.full((1, 1, 1, 1), 200, np.uint8), np.zeros((0, 4)), np.zeros(0, int))
    >>> int(Brightness(amount=0.5).apply(dark, np.random.default_rng(0)).pixels[0, 0, 0, 0])
    227
    """

    amount: Annotated[float, at_least(0), at_most(1)] = 0.2

    def apply(self, batch: Images, rng: np.random.Generator) -> Images:
        """Return the images, brighter or darker, of the type they came in; boxes stay."""
        factor = rng.uniform(1 - self.amount, 1 + self.amount, len(batch.pixels))
        whole = batch.pixels.dtype.kind in "iu"
        bright = np.clip(batch.pixels * factor[:, None, None, None], 0, 255 if whole else 1)
        return Images((np.rint(bright) if whole else bright).astype(batch.pixels.dtype), batch.box, batch.image)


@options
class Crop:
    """Cut a window of a fixed size out of each image, at a random place; boxes move along and are cut at its edge.

    A box that keeps less than `min_visible` of its area is dropped and counted in the answer's report.

    Examples
    --------
    >>> images = Images(np.zeros((1, 4, 4, 1)), np.array([[0.0, 0.0, 4.0, 4.0]]), np.array([0]))
    >>> Crop(height=2, width=2, min_visible=0.2).apply(images, np.random.default_rng(0)).box
    array([[0., 0., 2., 2.]])
    """

    height: Annotated[int, at_least(1)]
    width: Annotated[int, at_least(1)]
    min_visible: Annotated[float, above(0), at_most(1)] = 0.3

    def apply(self, batch: Images, rng: np.random.Generator) -> Images:
        """Return the windows.

        Raises
        ------
        DataError
            Where the images are smaller than the window.
        """
        n, height, width = batch.pixels.shape[:3]
        if height < self.height or width < self.width:
            raise DataError(
                "images are smaller than the window",
                where="Crop",
                allowed=f"at least {self.height} by {self.width}",
                got=(height, width),
            )
        top, left = rng.integers(0, height - self.height + 1, n), rng.integers(0, width - self.width + 1, n)
        rows, columns = top[:, None] + np.arange(self.height), left[:, None] + np.arange(self.width)
        pixels = batch.pixels[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]
        corner = np.stack([left, top, left, top], axis=1)[batch.image]
        cut = np.clip(batch.box - corner, 0, np.array([self.width, self.height] * 2, np.float64))
        before, after = _area(batch.box), _area(cut)
        keep: Mask = (after > 0) & (after >= self.min_visible * before)
        report = counted_report("Crop", len(keep), {"box outside the window": int((~keep).sum())})
        return Images(pixels, cut[keep], batch.image[keep], report)


def _area(box: Floats) -> Floats:
    return np.asarray((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]))
