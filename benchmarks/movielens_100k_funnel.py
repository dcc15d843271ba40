"""The Funnel of the MovieLens-100k table: five sources, counts and tastes as features, LambdaMART."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

import tamis as tm
from tamis.core.clock import DAY
from tamis.core.words import Queries
from tamis.evaluation.answering import answer_all
from tamis.models import ImplicitFactors, ItemNeighbours, LambdaMART, PairwiseFactors, TreeGrowth, UserNeighbours
from tamis.stages.filter import NotSeen
from tamis.stages.retrieve import Ease, ItemToItem, MatrixFactorization, PairwiseRanking, UserToUser
from tamis.training.train import train

CUT = 1_000 * DAY
WINDOWS = (0.75,)
SHOW = 10


@dataclass(frozen=True)
class Pages:
    """Rows of all pages: user and item codes, and the place from 0."""

    user: np.ndarray
    item: np.ndarray
    place: np.ndarray


def pages(stars: csr_matrix, items: list[str], chosen: dict[str, dict[str, Any]], seed: int) -> Pages:
    """Return every user's page of ten, by a funnel that has seen the train ratings alone.

    Parameters
    ----------
    stars : CSR of shape (n_users, n_items)
        Train ratings.
    items : list of str
        "title genre genre ..." by item code.
    chosen : mapping of row to options
        Of the sources, as chosen for their own rows.
    seed : int
        Of the stand-in times.
    """
    funnel, tables = declared(stars, items, chosen, seed)
    dataset = tm.Dataset.load(tables, now=2**60).before(CUT)
    plan = tm.RowPlan(windows=WINDOWS, moments=tm.Moments(ask="cut"), negatives=100)
    train(funnel, dataset, plan)
    user = np.arange(stars.shape[0], dtype=np.int32)
    queries = Queries(user, np.full(len(user), CUT, np.int64), dataset.past)
    page = answer_all(funnel, queries, "answer").page
    first = page.offsets[:-1]
    return Pages(page.query, page.item, np.arange(len(page)) - first[page.query])


def declared(
    stars: csr_matrix, items: list[str], chosen: dict[str, dict[str, Any]], seed: int
) -> tuple[tm.Funnel, list[Any]]:
    """Return the funnel and its tables; ids are padded codes, so that the code of an id is its row."""
    user, item = stars.nonzero()
    genres = [[word for word in text.split() if word in GENRES] for text in items]
    films = tm.Entity({"film": _ids(np.arange(len(items))), "genres": genres}, id="film", genres=tm.Tags())
    people = tm.Entity({"person": _ids(np.arange(stars.shape[0]))}, id="person")
    log = {"person": _ids(user), "film": _ids(item), "at": _moments(user, seed), "stars": stars.data.astype(np.float64)}
    ratings = tm.Events(log, user=people, item=films, at="at", value="stars")
    films.label, people.label, ratings.label = "films", "people", "ratings"
    models = {
        "item neighbours": ItemNeighbours,
        "user neighbours": UserNeighbours,
        "iALS": ImplicitFactors,
        "BPR": PairwiseFactors,
    }
    of = {name: model(**chosen.get(name, {})) for name, model in models.items()}
    funnel = tm.Funnel(
        "movielens",
        objective=tm.Maximize(ratings, why="the protocol calls every rated film relevant"),
        retrieve=[
            Ease(ratings, **chosen.get("EASE", {})),
            ItemToItem(ratings, model=of["item neighbours"]),
            UserToUser(ratings, model=of["user neighbours"]),
            MatrixFactorization(ratings, model=of["iALS"]),
            PairwiseRanking(ratings, model=of["BPR"]),
        ],
        filter=[NotSeen(ratings)],
        judge=tm.Judge(
            LambdaMART(
                learning_rate=0.03, growth=TreeGrowth(leaves=8, rows_per_leaf=100, row_share=0.8, column_share=0.5)
            ),
            features=[
                ratings.count(per=films),
                ratings.mean(per=films, smooth=10),
                ratings.count(per=people),
                ratings.mean(per=people),
                ratings.count(per=(people, films.genres)),
                ratings.mean(per=(people, films.genres), smooth=5),
                ratings.count(per=films.genres),
            ],
        ),
        show=SHOW,
        propose=100,
    )
    return funnel, [films, people, ratings]


GENRES = frozenset(
    [
        "Action",
        "Adventure",
        "Animation",
        "Children's",
        "Comedy",
        "Crime",
        "Documentary",
        "Drama",
        "Fantasy",
        "Film-Noir",
        "Horror",
        "Musical",
        "Mystery",
        "Romance",
        "Sci-Fi",
        "Thriller",
        "War",
        "Western",
    ]
)


def _ids(codes: np.ndarray) -> np.ndarray:
    return np.char.mod("%04d", codes)


def _moments(user: np.ndarray, seed: int) -> np.ndarray:
    # each user's ratings in random order, evenly over the time before the cut: a window holds the same share of each
    random = np.random.default_rng(seed)
    order = np.lexsort((random.random(len(user)), user))
    counts = np.bincount(user)
    rank = np.empty(len(user))
    rank[order] = np.arange(len(user)) - np.repeat(np.cumsum(counts) - counts, counts)
    return ((rank + 0.5) / counts[user] * CUT).astype(np.int64).astype("datetime64[us]")
