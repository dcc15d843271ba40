"""Temperature scaling: one number that makes a model less, or more, sure of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.models._calibration import finite, held_out, logit, or_rate, sigmoid

_LOWEST, _HIGHEST = -7.0, 7.0


@options
class Temperature:
    """Probability = sigmoid(logit / T), with the T > 0 of the least log loss on held-out rows.

    Strictly monotone (up to rounding at the far ends), and 0.5 stays 0.5: it mends confidence, not a shifted base
    rate. T above 1 means the model was too sure. T is sought in [e**-7, e**7]. One class, or all logits 0: T stays 1
    and `note_` says so. NaN scores are left out of the fit and get the base rate.

    Parameters
    ----------
    reads : "probability" or "logit"
        What the scores are; probabilities are kept within 1e-15 of 0 and 1.

    Attributes
    ----------
    temperature_, rate_ : float
    note_ : str

    Notes
    -----
    Guo et al. (2017), On calibration of modern neural networks, https://proceedings.mlr.press/v70/guo17a.html.

    Examples
    --------
    >>> sure = np.full(4, 0.9)  # right in 3 of 4: log(9) / T = log(3), so T = 2
    >>> model = Temperature().fit(sure, np.array([1, 1, 1, 0]))
    >>> round(model.temperature_, 4), model.calibrate(sure[:1]).round(4).tolist()
    (2.0, [0.75])
    """

    reads: Literal["probability", "logit"] = "probability"

    def fit(self, score: NDArray[np.floating], label: NDArray[np.floating]) -> Temperature:
        """Learn T from scores (n,) and 0-1 labels.

        Raises
        ------
        DataError
            Where shapes differ, a label is not 0 or 1, a probability is outside [0, 1], or no score is a number.
        """
        from scipy.optimize import minimize_scalar

        score, label = held_out("Temperature", score, label)
        raw = self._logit(score)
        self.rate_, self.temperature_, self.note_ = float(label.mean()), 1.0, ""
        if self.rate_ in (0.0, 1.0) or not np.any(raw):
            self.note_ = "one class, or all logits 0: the temperature stays 1"
            return self

        def loss(log_temperature: float) -> float:
            z = raw * np.exp(-log_temperature)
            return float(np.mean(np.logaddexp(0.0, z) - label * z))

        found = minimize_scalar(loss, bounds=(_LOWEST, _HIGHEST), method="bounded", options={"xatol": 1e-9})
        self.temperature_ = float(np.exp(found.x))
        return self

    def _logit(self, score: NDArray[np.floating]) -> NDArray[np.float64]:
        if self.reads == "logit":
            return finite(score)
        if np.any((score < 0) | (score > 1)):
            wrong = score[(score < 0) | (score > 1)][0]
            raise DataError(
                "a score is no probability",
                where="Temperature",
                allowed="from 0 to 1",
                got=float(wrong),
                next_step='set reads="logit" for raw scores',
            )
        return logit(score)

    def calibrate(self, score: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (n,) probabilities in [0, 1]."""
        require_fitted(self, "temperature_")
        score = np.asarray(score, np.float64)
        return or_rate(sigmoid(self._logit(score) / self.temperature_), score, self.rate_)

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "temperature_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> Temperature:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self
