"""Items by content: those whose text or labels are most like what the user had, or like the item at hand."""

from __future__ import annotations

import copy
from dataclasses import field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.data import Dataset, Past
from tamis.core.errors import OptionError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Candidates, Queries
from tamis.data.catalogue import NumberValues, TagValues
from tamis.data.declarations import AttributeOf, EventTable
from tamis.models.text_vectors import TextVectors
from tamis.stages.retrieve._content import inverse_document_frequency, label_matrix, of_length_one
from tamis.stages.retrieve._histories import item_events, starting_items
from tamis.stages.retrieve._personal import Reading, from_histories
from tamis.stages.retrieve.cold import resized

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@options
class SimilarContent:
    """Proposes the items whose content is most like that of the user's latest items: cosine of TF-IDF vectors.

    The profile of a request is the mean of its history's item vectors, each of length 1; a request that names an item
    starts from that item alone: "similar to this one". Only content counts, so an item without any event is proposed
    like any other. Items that share no word or label with the profile are filled in by popularity, marked `cold`; a
    blank item is like nothing.

    Parameters
    ----------
    attribute : AttributeOf
        A text, tags or a category of the items. Labels weigh by how rare they are.
    events : EventTable
        The history, and what is popular.
    model : TextVectors
        How a text becomes a vector; unused for labels.
    last : int, at least 1, optional
        Items of the user's latest events in the profile; None takes all.
    repeat : bool
        Whether items that the user has had already are proposed like any other; otherwise they come last of all.

    Raises
    ------
    OptionError
        Where the attribute is a number or a time.
    NotFittedError
        Where it is asked before `fit`.

    References
    ----------
    Salton and Buckley (1988), Term-weighting approaches in automatic text retrieval,
    https://doi.org/10.1016/0306-4573(88)90021-0; Lops, de Gemmis and Semeraro (2011), Content-based recommender
    systems, https://doi.org/10.1007/978-0-387-85820-3_3.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> songs = EntityTable("songs.parquet", id="song")
    >>> plays = EventTable("plays.parquet", user=EntityTable(id="user"), item=songs, at="at")
    >>> SimilarContent(songs.lyrics, plays).attribute.name
    'songs.lyrics'
    """

    attribute: AttributeOf
    events: EventTable
    model: TextVectors = field(default_factory=TextVectors)
    last: Annotated[int, at_least(1)] | None = 20
    repeat: bool = False

    def fit(self, dataset: Dataset) -> SimilarContent:
        """Learn the vectors of all items in the catalogue, and what is popular; returns self."""
        self.popularity_ = item_events(dataset, self.events)
        values, items = dataset.attribute(self.attribute), np.arange(dataset.n_items)
        if isinstance(values, NumberValues):
            raise OptionError(
                "`attribute` is neither text nor labels",
                where="SimilarContent",
                allowed="a text, tags or a category",
                got=self.attribute.name,
                next_step="declare it as Text(), Tags() or Category()",
            )
        if isinstance(values, TagValues):
            self.labels_ = list(values.labels)
            self.label_weight_ = inverse_document_frequency(label_matrix(values, items))
        else:
            self.model_ = copy.copy(self.model).fit(values.of(items))
        self.vectors_ = self._vectors_of(dataset.past, items)
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` most alike items of each query with the columns `score` (cosine, 0 to 1) and `cold`."""
        require_fitted(self, "vectors_")
        vectors = self._vectors(queries.past)
        by_term = vectors.T.tocsr()

        def profiles(histories: csr_matrix, _: NDArray[np.int64]) -> csr_matrix:
            return of_length_one(histories @ vectors)

        def score(rows: csr_matrix) -> NDArray[np.float32]:
            return np.asarray((rows @ by_term).toarray())

        reading = Reading(self.events, self.last, self.repeat, item=True)
        popularity = resized(self.popularity_, queries.past.n_items)
        known = np.diff(vectors.indptr) > 0
        return from_histories(queries, k, reading, score, popularity, prepare=profiles, known=known, above_zero=True)

    def shared_terms(self, queries: Queries, candidates: Candidates, at: int = 3) -> list[list[tuple[str, float]]]:
        """Return why each row is like its query's profile: up to `at` terms and their parts of the cosine.

        The largest part first, ties in alphabetical order; no term where nothing is shared.
        """
        require_fitted(self, "vectors_")
        vectors = self._vectors(queries.past)
        known = np.diff(vectors.indptr) > 0
        start = starting_items(queries.past, self.events, queries, self.last, item=True).matrix(known)
        inside = (candidates.item >= 0) & (candidates.item < vectors.shape[0])
        query, item = candidates.query[inside], candidates.item[inside]
        parts = of_length_one(start @ vectors)[query].multiply(vectors[item]).tocsr()
        terms = self.labels_ if hasattr(self, "labels_") else self.model_.vocabulary_
        shared: list[list[tuple[str, float]]] = [[] for _ in range(len(candidates))]
        for row, (low, high) in zip(np.flatnonzero(inside).tolist(), pairwise(parts.indptr.tolist())):
            best = low + np.lexsort((parts.indices[low:high], -parts.data[low:high]))[:at]
            shared[row] = [(terms[parts.indices[i]], float(parts.data[i])) for i in best]
        return shared

    def _vectors(self, past: Past) -> csr_matrix:
        # items that joined the catalogue after the fit have codes beyond those of the fit
        from scipy.sparse import vstack

        n = self.vectors_.shape[0]
        if past.n_items <= n:
            return self.vectors_[: past.n_items]
        return vstack([self.vectors_, self._vectors_of(past, np.arange(n, past.n_items))], format="csr")

    def _vectors_of(self, past: Past, items: NDArray[np.int64]) -> csr_matrix:
        from scipy.sparse import csr_matrix

        values = past.attribute(self.attribute)
        if not isinstance(values, TagValues):
            return of_length_one(self.model_.transform(values.of(items)))
        place = {label: column for column, label in enumerate(values.labels)}
        found = label_matrix(values, items)
        # the labels of the fit, in their order; a label that came later is left out
        kept = [(column, place[label]) for column, label in enumerate(self.labels_) if label in place]
        columns, here = np.array(kept, np.int64).reshape(-1, 2).T
        chosen = csr_matrix((self.label_weight_[columns], (here, columns)), shape=(found.shape[1], len(self.labels_)))
        return of_length_one(found @ chosen)

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> SimilarContent:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self
