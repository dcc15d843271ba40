"""The nested `other_data` of the cosmetics world: twelve attributes, missing at every level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.data.worlds import _cosmetics_words as words

_WHOLE, _NONE, _EMPTY, _NO_VALUES, _NULL_VALUES = range(5)


def context_attributes(
    random: np.random.Generator, person: NDArray[np.integer], missing: float
) -> tuple[dict[str, NDArray[np.str_]], NDArray[np.integer]]:
    """Return (attributes, state): the value of each attribute and comment, empty where missing, and how far each
    comment's JSON goes.

    Parameters
    ----------
    person : array of shape (n,)
        Attributes of a person are equal in all their comments where they are told.
    missing : float
        Share of values missing one by one.
    """
    n = len(person)
    state = random.choice(5, n, p=[0.92, 0.02, 0.02, 0.02, 0.02])
    people = int(person.max(initial=0)) + 1
    attributes = {}
    for name, values in words.CONTEXT.items():
        if name in words.OF_COMMENT:
            code = (random.random(n) < 0.1).astype(np.int64)
        else:
            code = random.integers(0, len(values), people)[person]
        told = (random.random(n) >= missing) & (state == _WHOLE)
        attributes[name] = np.where(told, np.array(values)[code], "")
    return attributes, state


def context_json(attributes: Mapping[str, NDArray[np.str_]], state: NDArray[np.integer]) -> NDArray[Any]:
    """Return `other_data` as JSON text, None where a comment has none.

    A missing value is, by turns, an absent attribute, one without `Value`, or a null `Value`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    pieces = []
    for turn, (name, column) in enumerate(attributes.items()):
        absent = (np.arange(len(column)) + turn) % 3
        label = column.astype(object)
        gaps = [None, f'"{name}": {{}}', f'"{name}": {{"Value": null}}']
        for way, gap in enumerate(gaps):
            label[(column == "") & (absent == way)] = gap
        told = column != ""
        label[told] = np.char.add(np.char.add(f'"{name}": {{"Value": "', column[told]), '"}').astype(object)
        pieces.append(pa.array(label, pa.string()))
    joined = pc.binary_join_element_wise(*pieces, ", ", null_handling="skip")
    whole = pc.binary_join_element_wise('{"context_data_values": {', joined, "}}", "")
    text = np.asarray(whole.to_numpy(zero_copy_only=False), object)
    text[state == _NONE] = None
    text[state == _EMPTY] = "{}"
    text[state == _NO_VALUES] = '{"context_data_values": {}}'
    text[state == _NULL_VALUES] = '{"context_data_values": null}'
    return text
