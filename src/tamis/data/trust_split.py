"""A split by how far labels can be trusted: many quick ones train, few careful ones evaluate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.data.event_columns import EventColumns, column, is_unknown, report_of
from tamis.data.fold import Fold, checked_fold


@options
class TrustSplit:
    """Train on labels of quick sources (user reports), test on labels of trusted ones (human raters).

    A thing labelled by both, told by the column `by`, is only tested: its quick label is dropped from training and
    counted. Rows of other sources, and rows of an unknown thing, are dropped and counted.

    Parameters
    ----------
    train, evaluate : tuple
        Values of the column `source`, as codes or names.
    source, by : str
        Column of the label's source, and of the thing that is labelled.

    Examples
    --------
    >>> batch = {"item": np.array([1, 2, 2, 3]), "source": np.array(["report", "report", "rater", "rater"])}
    >>> fold = next(TrustSplit(train=("report",), evaluate=("rater",)).split(batch))
    >>> fold.train, fold.test
    (array([0]), array([2, 3]))
    """

    train: tuple[str, ...] | tuple[int, ...]
    evaluate: tuple[str, ...] | tuple[int, ...]
    source: str = "source"
    by: str = "item"

    def check_options(self) -> None:
        """Check that no source is on both sides."""
        both = set(self.train) & set(self.evaluate)
        if both:
            raise OptionError("a source is on both sides", where="TrustSplit", got=sorted(both, key=str))

    def split(self, batch: EventColumns) -> Iterator[Fold]:
        """Yield one fold; reads the columns named by `source` and `by`."""
        source, thing = column(batch, self.source, "TrustSplit"), column(batch, self.by, "TrustSplit")
        quick = np.isin(source, np.asarray(self.train))
        trusted = np.isin(source, np.asarray(self.evaluate))
        unknown = is_unknown(thing)
        test = trusted & ~unknown
        tested_too = quick & ~unknown & np.isin(thing, thing[test])
        reasons = {"of another source": ~quick & ~trusted, f"unknown {self.by}": unknown, "also tested": tested_too}
        train = quick & ~unknown & ~tested_too
        yield checked_fold("TrustSplit", train, test, None, report_of("TrustSplit", len(source), reasons))
