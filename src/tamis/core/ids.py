"""Ids are strings outside and dense int32 codes inside; only the edge translates."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import UnknownIdError, nearest

if TYPE_CHECKING:
    import pyarrow as pa

UNKNOWN = -1
"""The code of an id that no table contains."""


class Ids:
    """The ids of one entity, sorted, so that codes do not depend on the order of any table.

    Parameters
    ----------
    entity : str
        What the ids name, for messages ("movie_id").
    ids : sequence of str or pyarrow string array, distinct
        Sorted here.

    Examples
    --------
    >>> ids = Ids("film", ["b", "a"])
    >>> ids.encode(["a", "b", "c"]).tolist(), ids.decode(np.array([1])).to_pylist()
    ([0, 1, -1], ['b'])
    """

    def __init__(self, entity: str, ids: Sequence[str] | pa.Array) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self.entity = entity
        array = ids if isinstance(ids, pa.Array) else pa.array(list(ids), pa.string())
        array = array.cast(pa.large_string())
        self.strings: Any = array.take(pc.array_sort_indices(array)) if len(array) else array

    def __len__(self) -> int:
        return len(self.strings)

    def extended(self, more: Sequence[str] | pa.Array) -> Ids:
        """Return these ids with their codes unchanged, then the new ones of `more` in sorted order.

        Examples
        --------
        >>> Ids("film", ["b"]).extended(["a", "b"]).encode(["a", "b"]).tolist()
        [1, 0]
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        other = Ids(self.entity, more).strings
        new = other.filter(pc.invert(pc.is_in(other, value_set=self.strings)))
        grown = copy.copy(self)
        grown.strings = pa.concat_arrays([self.strings, new])
        return grown

    def extended_in_order(self, more: pa.Array) -> Ids:
        """Return these ids followed by `more` as they come: for ids that were written with their codes."""
        import pyarrow as pa

        grown = copy.copy(self)
        grown.strings = pa.concat_arrays([self.strings, more.cast(pa.large_string())])
        return grown

    def encode(self, ids: Sequence[str] | pa.Array) -> NDArray[np.int32]:
        """Return the code of each id, `UNKNOWN` for one that is not here."""
        import pyarrow as pa
        import pyarrow.compute as pc

        wanted = (
            ids if isinstance(ids, pa.Array | pa.ChunkedArray) else pa.array([str(i) for i in ids], pa.large_string())
        )
        found = pc.index_in(wanted.cast(pa.large_string()), value_set=self.strings)
        return np.asarray(found.fill_null(UNKNOWN).to_numpy(zero_copy_only=False), np.int32)

    def decode(self, codes: NDArray[np.integer]) -> pa.Array:
        """Return the ids of codes as an Arrow string array; a negative code gives null."""
        import pyarrow as pa

        codes = np.asarray(codes)
        return self.strings.take(pa.array(codes.astype(np.int64), mask=codes < 0))

    def code(self, one: str) -> int:
        """Return the code of one id.

        Raises
        ------
        UnknownIdError
            Naming the entity and the nearest id.
        """
        code = int(self.encode([one])[0])
        if code == UNKNOWN:
            some = self.strings.slice(0, 50_000).to_pylist()
            raise UnknownIdError(
                f"no {self.entity} has this id",
                where=self.entity,
                got=one,
                nearest=nearest(one, some),
                allowed=f"one of {len(self):,} ids, such as {', '.join(map(repr, some[:3]))}"
                if some
                else "no ids at all",
            )
        return code
