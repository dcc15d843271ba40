"""Attribute values of rows as labels, numbers or answers to a condition, whatever kind the column turned out to be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import Condition, one_of
from tamis.core.data import Past
from tamis.core.errors import DataError
from tamis.data.catalogue import NumberValues, TagValues, TextValues
from tamis.data.declarations import AttributeOf

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.integer]
Wanted = Condition | str | bool | float | list  # type: ignore[type-arg]


def labels_of(past: Past, attribute: AttributeOf, codes: Codes) -> tuple[Ints, Ints]:
    """Return (row, label): the distinct labels of each row, rows ascending; none where the value is missing.

    A label is a whole number that is the same for equal values: a tag or category, a number, or a text without regard
    to case and outer blanks. Labels of two calls can be compared for tags and categories only.
    """
    values = past.attribute(attribute)
    if isinstance(values, TagValues):
        row, label = values.of(codes)
        # A stable sort of nearly sorted pairs is ten times faster than np.unique.
        pair = np.sort(row * max(len(values.labels), 1) + label, kind="stable")
        return np.divmod(pair[np.diff(pair, prepend=-1) > 0], max(len(values.labels), 1))
    if isinstance(values, TextValues):
        import pyarrow as pa
        import pyarrow.compute as pc

        texts = pc.utf8_lower(pc.utf8_trim_whitespace(pa.array(values.of(codes), pa.large_string())))
        known = np.asarray(pc.not_equal(texts, "").to_numpy(zero_copy_only=False), bool)
        label = np.asarray(pc.dictionary_encode(texts).indices.to_numpy(zero_copy_only=False), np.int64)
        return np.flatnonzero(known), label[known]
    numbers = values.of(codes)
    row = np.flatnonzero(~np.isnan(numbers))
    return row, np.unique(numbers[row], return_inverse=True)[1].reshape(-1).astype(np.int64)


def names_of(values: TagValues, label: Codes) -> tuple[NDArray[np.str_], Ints]:
    """Return (names, index): the distinct words of labels, and where each label finds its own."""
    distinct, index = np.unique(label, return_inverse=True)
    return np.asarray([values.labels[i] for i in distinct.tolist()], np.str_), index.reshape(-1).astype(np.int64)


def numbers_of(past: Past, attribute: AttributeOf, codes: Codes, where: str) -> NDArray[np.float64]:
    """Return (n,) numbers, NaN where missing.

    Raises
    ------
    DataError
        Where the attribute is no number.
    """
    values = past.attribute(attribute)
    if not isinstance(values, NumberValues):
        raise DataError(
            f"`{attribute.name}` is not a number",
            where=where,
            got=type(values).__name__,
            next_step=f"declare {attribute.column}=Number(), or use Where(attribute, value)",
        )
    return values.of(codes)


def as_condition(wanted: Wanted) -> Condition:
    """Return a condition: itself, any of a list, or equality with a plain value."""
    if isinstance(wanted, Condition):
        return wanted
    return one_of(*wanted) if isinstance(wanted, list) else one_of(wanted)


def meets(past: Past, attribute: AttributeOf, wanted: Wanted, codes: Codes, where: str) -> tuple[Mask, Mask]:
    """Return (met, known): whether a row's value meets the condition (any of several tags), and whether it has one.

    Raises
    ------
    DataError
        Where the condition does not suit the kind of attribute, such as `at_least(4)` on a category.
    """
    values, condition = past.attribute(attribute), as_condition(wanted)
    if isinstance(values, NumberValues):
        _check_suits(condition, numeric=True, name=attribute.name, where=where)
        numbers = values.of(codes)
        known = ~np.isnan(numbers)
        return known & condition.holds(numbers), known
    _check_suits(condition, numeric=False, name=attribute.name, where=where)
    texts_only: Any = condition
    # a yes-no column is a category of the words "true" and "false"
    condition = one_of(*[str(v).lower() if isinstance(v, bool) else str(v) for v in texts_only.values])
    if isinstance(values, TextValues):
        texts = np.asarray(values.of(codes), np.str_)
        return condition.holds(texts) & (texts != ""), texts != ""
    row, label = values.of(codes)
    names, label = names_of(values, label)
    holds = condition.holds(names)
    met, known = np.zeros(len(codes), bool), np.zeros(len(codes), bool)
    known[row] = True
    met[row[holds[label]]] = True
    return met, known


def _check_suits(condition: Condition, *, numeric: bool, name: str, where: str) -> None:
    words = isinstance(condition, one_of) and any(isinstance(v, str) for v in condition.values)
    fits = not words if numeric else isinstance(condition, one_of)
    if not fits:
        raise DataError(
            f"the condition does not suit `{name}`",
            where=where,
            allowed="numbers, such as at_least(4)" if numeric else "one or several values, such as one_of('news')",
            got=str(condition),
            next_step="declare the column's kind on its Entity where the guess is wrong",
        )
