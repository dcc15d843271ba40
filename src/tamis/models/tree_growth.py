"""How each tree of a boosted model may grow: the options that `GradientBoosting` and `LambdaMART` share."""

from __future__ import annotations

from typing import Annotated

from tamis.core.conditions import at_least, between
from tamis.core.options import options


@options
class TreeGrowth:
    """Limits on each tree; fewer leaves, more rows per leaf and smaller shares make a model that fits less closely.

    Parameters
    ----------
    leaves : int
        Most leaves of a tree, grown best first.
    rows_per_leaf : int
        Fewest training rows of a leaf. Below this, a data set gives trees without a split.
    column_share, row_share : float in [0.01, 1]
        Random share of columns and of rows that each tree sees.
    l2 : float, at least 0
        Penalty on leaf values.
    bins : int
        Most values that a column is reduced to when splits are sought.

    Examples
    --------
    >>> TreeGrowth(leaves=1)
    Traceback (most recent call last):
    ...
    tamis.core.errors.OptionError: TreeGrowth: `leaves` is not allowed. Allowed: an int from 2 to 131072. Got: 1.
    """

    leaves: Annotated[int, between(2, 131072)] = 31
    rows_per_leaf: Annotated[int, at_least(1)] = 20
    column_share: Annotated[float, between(0.01, 1)] = 1.0
    row_share: Annotated[float, between(0.01, 1)] = 1.0
    l2: Annotated[float, at_least(0)] = 0.0
    bins: Annotated[int, between(2, 65535)] = 255
