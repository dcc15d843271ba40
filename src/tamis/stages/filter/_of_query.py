"""What is known of a query's person or situation: an attribute of the user, or a column of the request's context."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.core.words import Candidates, Queries
from tamis.data.catalogue import TagValues
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import Ints, Mask, names_of, numbers_of


def numbers_of_queries(queries: Queries, of: AttributeOf | str, where: str) -> NDArray[np.float64]:
    """Return (B,) numbers, NaN where unknown or where the context has no such column.

    Raises
    ------
    DataError
        Where the values are no numbers.
    """
    if isinstance(of, AttributeOf):
        return numbers_of(queries.past, of, queries.user, where)
    if of not in queries.context:
        return np.full(len(queries), np.nan)
    try:
        return np.asarray(queries.context[of], np.float64)
    except (TypeError, ValueError):
        raise DataError(f"context column `{of}` is not a number", where=where, got=queries.context[of][0]) from None


def shared_label(
    queries: Queries, candidates: Candidates, attribute: AttributeOf, of: AttributeOf | str, where: str
) -> tuple[Mask, Mask, Mask]:
    """Return (shared, item_known, query_known), each (n,).

    A row shares a label where any of the item's labels equals any of the query's, as text and exactly.

    Raises
    ------
    DataError
        Where an attribute is neither a category nor tags.
    """
    values = _tags(queries.past.attribute(attribute), attribute, where)
    row, label = values.of(candidates.item)
    names, index = names_of(values, label)
    query, wanted = labels_of_queries(queries, of, names, where)
    query_known, item_known = np.zeros(len(queries), bool), np.zeros(len(candidates), bool)
    query_known[query] = True
    item_known[row] = True
    n = len(names)
    there = wanted >= 0
    hit = np.isin(candidates.query[row] * n + index, query[there] * n + wanted[there])
    shared = np.zeros(len(candidates), bool)
    shared[row[hit]] = True
    return shared, item_known, query_known[candidates.query]


def labels_of_queries(
    queries: Queries, of: AttributeOf | str, names: NDArray[np.str_], where: str
) -> tuple[Ints, Ints]:
    """Return (query, index): the words of each query by their place in the distinct `names`, -1 for one not there.

    Raises
    ------
    DataError
        Where the attribute is neither a category nor tags.
    """
    if isinstance(of, AttributeOf):
        own = _tags(queries.past.attribute(of), of, where)
        query, label = own.of(queries.user)
        words, index = names_of(own, label)
        return query, _find(words, names)[index]
    if of not in queries.context:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    words = _words(queries.context[of])
    query = np.flatnonzero(words != "")
    return query, _find(words[query], names)


def _find(words: NDArray[np.str_], names: NDArray[np.str_]) -> Ints:
    # where each word stands in the distinct `names`, -1 where it does not
    if len(names) == 0:
        return np.full(len(words), -1, np.int64)
    order = np.argsort(names)
    index = order[np.minimum(np.searchsorted(names, words, sorter=order), len(names) - 1)]
    return np.where(names[index] == words, index, -1)


def _words(column: NDArray[Any]) -> NDArray[np.str_]:
    objects: Any = np.asarray(column)
    nothing: Any = None
    if objects.dtype.kind != "O":
        return np.asarray(objects.astype(np.str_))
    # None and NaN are the two ways in which a table says "unknown"; NaN alone differs from itself.
    unknown = np.equal(objects, nothing).astype(bool) | (objects != objects).astype(bool)
    return np.where(unknown, "", objects).astype(np.str_)


def _tags(values: Any, attribute: AttributeOf, where: str) -> TagValues:
    if not isinstance(values, TagValues):
        raise DataError(
            f"`{attribute.name}` is not a category or tags",
            where=where,
            got=type(values).__name__,
            next_step=f"declare {attribute.column}=Category() or Tags() on its Entity",
        )
    return values
