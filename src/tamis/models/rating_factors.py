"""Rating prediction by biased matrix factorisation with a bounded output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above, at_least
from tamis.core.errors import DataError, OptionError, TamisError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.progress import track
from tamis.core.rng import generator
from tamis.models._interactions import check_interactions, row_of
from tamis.models._sparse_steps import Adam

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float = NDArray[np.float32]
Codes = NDArray[np.int64]
_WARM_UP = 0.25


@options
class RatingFactors:
    """A rating is a squashed sum: base + user bias + item bias + user vector . item vector, within `y_range`.

    predict = low + (high - low) * sigmoid(base + b_u + b_i + x_u.y_i). The squared error is lowered by Adam with
    decoupled weight decay over mini-batches, with a one-cycle learning rate: up to the highest over the first quarter
    of the steps, then down to almost 0, both along a cosine, while the momentum goes from 0.95 to 0.85 and back.

    Parameters
    ----------
    factors : int, at least 0
        0 gives the bias-only model, the baseline every factor model has to beat.
    epochs : int, at least 1
    learning_rate : float, above 0
        The highest of the cycle.
    weight_decay : float, at least 0
        A table's rows in use shrink by learning rate * decay at each step.
    y_range : (float, float)
        A sigmoid comes near its bounds but never reaches them, and its gradient dies there: for stars from 1 to 5
        give bounds half a star outside, (0.5, 5.5), so that a plain 5 can be predicted.
    batch_size : int, at least 1
    seed : int

    Attributes
    ----------
    mean_ : float
        Mean training rating, the simplest baseline.
    base_ : float
        The point where the squashed value is `mean_`.
    user_factors_, item_factors_ : arrays of shape (n_users + 1, factors) and (n_items + 1, factors), float32
    user_bias_, item_bias_ : arrays of shape (n_users + 1,) and (n_items + 1,), float32
        In units before squashing. Row 0 is the unknown user or item, all zeros; code c is in row c + 1, zeros too
        where it had no rating. `item_bias_[1:]` tells how much better than usual an item is rated by the same users.
    user_ratings_, item_ratings_ : arrays of shape (n_users,) and (n_items,), int64
        Training ratings behind each code; 0 means that its predictions are those of an unknown one.

    Notes
    -----
    Unknown user, known item: the item's bias alone; both unknown: `mean_`. A stored 0 in the matrix is no rating.
    Koren, Bell and Volinsky (2009), https://doi.org/10.1109/MC.2009.263; Smith and Topin (2018), one cycle,
    https://arxiv.org/abs/1708.07120.

    Examples
    --------
    One item liked by all, one by nobody; an unknown user gets the items' own ratings, two unknowns the mean.

    >>> from scipy.sparse import csr_matrix
    >>> ratings = csr_matrix(np.float32([[5, 1], [5, 1], [5, 1], [5, 1]]))
    >>> model = RatingFactors(factors=0, epochs=200, learning_rate=0.1, weight_decay=0).fit(ratings)
    >>> model.predict(np.array([0, -1, -1]), np.array([0, 1, -1])).round(1).tolist()
    [5.0, 1.0, 3.0]
    """

    factors: Annotated[int, at_least(0)] = 40
    epochs: Annotated[int, at_least(1)] = 10
    learning_rate: Annotated[float, above(0)] = 0.01
    weight_decay: Annotated[float, at_least(0)] = 0.3
    y_range: tuple[float, float] = (0.5, 5.5)
    batch_size: Annotated[int, at_least(1)] = 1_024
    seed: int = 0

    def check_options(self) -> None:
        """Raise unless `y_range` is a (low, high) with low below high."""
        if len(self.y_range) != 2 or not self.y_range[0] < self.y_range[1]:
            raise OptionError(
                "`y_range` is not allowed",
                where="RatingFactors",
                allowed="(low, high), low below high",
                got=self.y_range,
            )

    def fit(self, ratings: csr_matrix) -> RatingFactors:
        """Learn from (n_users, n_items) ratings.

        Raises
        ------
        DataError
            Where there are no ratings, or one lies outside `y_range`.
        TamisError
            Where the loss stops being finite.
        """
        clean = check_interactions("RatingFactors", ratings)
        if clean.nnz == 0:
            raise DataError("there are no ratings to learn", where="RatingFactors", next_step="widen the window")
        low, high = self.y_range
        if clean.data.min() < low or clean.data.max() > high:
            worst = clean.data.min() if clean.data.min() < low else clean.data.max()
            raise DataError(
                "a rating is outside `y_range`", where="RatingFactors", allowed=f"{low:g} to {high:g}", got=float(worst)
            )
        self.mean_ = float(clean.data.mean(dtype=np.float64))
        share = np.clip((self.mean_ - low) / (high - low), 1e-3, 1 - 1e-3)
        self.base_ = float(np.log(share / (1 - share)))
        tables = self._train(row_of(clean), clean.indices.astype(np.int64), clean.data, clean.shape)
        self.user_ratings_ = np.diff(clean.indptr).astype(np.int64)
        self.item_ratings_ = np.bincount(clean.indices, minlength=clean.shape[1])
        self.user_factors_ = _with_unknown(tables.user_factors, self.user_ratings_)
        self.item_factors_ = _with_unknown(tables.item_factors, self.item_ratings_)
        self.user_bias_ = _with_unknown(tables.user_bias, self.user_ratings_)
        self.item_bias_ = _with_unknown(tables.item_bias, self.item_ratings_)
        return self

    def _train(self, user: Codes, item: Codes, rating: Float, shape: tuple[int, int]) -> _Tables:
        random = generator(self.seed)
        tables = _Tables(random, shape, self.factors, self.weight_decay)
        steps = -(-len(rating) // self.batch_size)
        for epoch in track("ratings", range(self.epochs), self.epochs):
            order = random.permutation(len(rating))
            for step in range(steps):
                at = order[step * self.batch_size : (step + 1) * self.batch_size]
                pace = _one_cycle((epoch * steps + step) / (self.epochs * steps), self.learning_rate)
                self._step(tables, user[at], item[at], rating[at], *pace)
            if not all(np.all(np.isfinite(t.table)) for t in (tables.user_bias, tables.item_bias)):
                raise TamisError(
                    f"the biases are not finite in epoch {epoch + 1}",
                    where="RatingFactors",
                    next_step="lower `learning_rate`",
                )
        return tables

    def _step(self, tables: _Tables, user: Codes, item: Codes, rating: Float, rate: float, momentum: float) -> None:
        from scipy.sparse import csr_matrix

        users, u = np.unique(user, return_inverse=True)
        items, i = np.unique(item, return_inverse=True)
        x, y = tables.user_factors.table[users], tables.item_factors.table[items]
        raw = np.einsum("bf,bf->b", x[u], y[i]) + tables.user_bias.table[user] + tables.item_bias.table[item]
        predicted, slope = self._squash(raw)
        # The gradient of every (user, item) of the batch; sparse products add up what belongs to one row.
        error = csr_matrix(((predicted - rating) * slope, (u, i)), shape=(len(users), len(items)))
        tables.user_factors.step(users, error @ y, rate, momentum)
        tables.item_factors.step(items, error.T @ x, rate, momentum)
        tables.user_bias.step(users, np.asarray(error.sum(axis=1)).ravel(), rate, momentum)
        tables.item_bias.step(items, np.asarray(error.sum(axis=0)).ravel(), rate, momentum)

    def _squash(self, raw: Float) -> tuple[Float, Float]:
        """Return predictions and their slope for values before squashing."""
        low, high = self.y_range
        share = 1 / (1 + np.exp(-np.clip(raw + np.float32(self.base_), -30, 30)))
        spread = np.float32(high - low)
        return np.float32(low) + spread * share, spread * share * (1 - share)

    def predict(self, user: NDArray[np.integer], item: NDArray[np.integer]) -> Float:
        """Return (n,) ratings of pairs of codes; a code outside training, such as -1, is an unknown one.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        require_fitted(self, "item_bias_")
        u, i = _row(user, len(self.user_bias_)), _row(item, len(self.item_bias_))
        raw = np.einsum("bf,bf->b", self.user_factors_[u], self.item_factors_[i])
        return self._squash(raw + self.user_bias_[u] + self.item_bias_[i])[0]

    def predict_all(self, user: NDArray[np.integer]) -> Float:
        """Return (B, n_items): the ratings of users by code for every item; for an unknown user by item bias alone."""
        require_fitted(self, "item_bias_")
        u = _row(user, len(self.user_bias_))
        raw = self.user_factors_[u] @ self.item_factors_[1:].T
        return self._squash(raw + self.user_bias_[u, None] + self.item_bias_[1:])[0]

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "item_bias_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> RatingFactors:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self


class _Tables:
    """The four tables of parameters while they are trained."""

    def __init__(self, random: np.random.Generator, shape: tuple[int, int], factors: int, weight_decay: float) -> None:
        n_users, n_items = shape
        spread = np.float32(0.05)
        self.user_factors = Adam(random.standard_normal((n_users, factors), np.float32) * spread, weight_decay)
        self.item_factors = Adam(random.standard_normal((n_items, factors), np.float32) * spread, weight_decay)
        self.user_bias = Adam(np.zeros(n_users, np.float32), weight_decay)
        self.item_bias = Adam(np.zeros(n_items, np.float32), weight_decay)


def _one_cycle(done: float, highest: float) -> tuple[float, float]:
    """Return the learning rate and momentum after a share `done` of all steps."""
    if done < _WARM_UP:
        up = (1 - np.cos(np.pi * done / _WARM_UP)) / 2
        return float(highest * (0.04 + 0.96 * up)), float(0.95 - 0.1 * up)
    down = (1 + np.cos(np.pi * (done - _WARM_UP) / (1 - _WARM_UP))) / 2
    return float(highest * down), float(0.95 - 0.1 * down)


def _with_unknown(learned: Adam, ratings: Codes) -> Float:
    known = np.where((ratings > 0).reshape(-1, *[1] * (learned.table.ndim - 1)), learned.table, np.float32(0))
    return np.concatenate([np.zeros_like(known[:1], shape=(1, *known.shape[1:])), known])


def _row(code: NDArray[np.integer], rows: int) -> Codes:
    codes = np.asarray(code, np.int64)
    return np.where((codes >= 0) & (codes < rows - 1), codes + 1, 0)
