"""A games shop with known taste, in the schema of a public dump of Steam: games, users, recommendations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.clock import DAY
from tamis.core.rng import generator
from tamis.data.worlds.preferences import Preferences, popularity
from tamis.data.worlds.world import START, Columns, Ints, as_time, check_sizes, draw, times

Mask = NDArray[np.bool_]
PLATFORMS = ("win", "mac", "linux", "steam_deck")
_USED = np.array([0.7, 0.14, 0.06, 0.1])  # share of people on each platform
_RUNS = np.array([0.98, 0.4, 0.35, 0.6])  # share of games that run on it
_FIRST = np.array(["Iron", "Silent", "Lost", "Neon", "Crimson", "Frozen", "Hidden", "Little", "Endless", "Hollow"])
_SECOND = np.array(["Fields", "Harbour", "Kingdom", "Racers", "Signal", "Garden", "Tactics", "Depths", "Riders"])
_WORDS = np.array(["Mostly Negative", "Mixed", "Mostly Positive", "Very Positive"])


@dataclass(frozen=True)
class Games:
    """The three tables as mappings of column name to array, and the truth.

    Parameters
    ----------
    games, users, recommendations : mapping of column name to array
    genre : array of shape (n_games,), int64
        The hidden genre of each game; no table tells it.
    truth : Preferences
        Probability of each user's next game, by rows of `games` and `users`: a game is never played where it does not
        run.
    """

    games: Columns
    users: Columns
    recommendations: Columns
    genre: Ints
    truth: Preferences


def games(
    n_users: int = 400,
    n_games: int = 240,
    *,
    genres: int = 6,
    per_user: int = 14,
    loyalty: float = 12.0,
    days: float = 365.0,
    seed: int = 0,
) -> Games:
    """Return a shop in which everybody loves one hidden genre and owns one platform.

    The next game is drawn in proportion to its popularity, `loyalty` times as often within the loved genre, and never
    where it does not run on the person's platform. Whoever plays a game of the loved genre recommends it with
    probability 0.9 and plays it long; otherwise 0.4 and briefly. A person recommends a game once.

    Parameters
    ----------
    n_users, n_games : int
    genres : int
    per_user : int
        Games drawn per person; a game drawn again is left out.
    loyalty : float
        1: no taste at all.
    days : float
    seed : int

    Examples
    --------
    >>> shop = games(50, 20, per_user=5)
    >>> sorted(shop.games)[:4], len(shop.users["user_id"])
    (['app_id', 'date_release', 'discount', 'linux'], 50)
    >>> mac = shop.users["platform"] == "mac"
    >>> int((~shop.games["mac"]).sum()), float(shop.truth.probability[mac][:, ~shop.games["mac"]].sum())
    (10, 0.0)
    """
    check_sizes("games", n_users=n_users, n_games=n_games, genres=genres, per_user=per_user)
    random = generator(seed, 9)
    genre = random.integers(0, genres, n_games)
    runs = random.random((n_games, len(PLATFORMS))) < _RUNS
    runs[random.integers(0, n_games, 1)] = True
    platform = random.choice(len(PLATFORMS), n_users, p=_USED)
    loved = random.integers(0, genres, n_users)
    common = random.permutation(popularity(n_games, 0.8))
    weight = common * np.where(np.arange(genres)[:, None] == genre, loyalty, 1.0)
    reachable = weight[:, None, :] * runs.T[None, :, :]
    taste = (reachable / reachable.sum(axis=2, keepdims=True)).reshape(-1, n_games)
    truth = Preferences(taste, loved * len(PLATFORMS) + platform)
    user, game = _distinct(random, truth, per_user)
    at_home = genre[game] == loved[user]
    recommended = random.random(len(game)) < np.where(at_home, 0.9, 0.4)
    return Games(
        _catalogue(random, game, recommended, runs),
        _people(user, platform, n_users),
        {
            "app_id": 10 * (game + 1),
            "helpful": random.poisson(0.8, len(game)),
            "funny": random.poisson(0.2, len(game)),
            "date": as_time(times(random, len(game), days)),
            "is_recommended": recommended,
            "hours": np.round(np.exp(random.normal(np.where(at_home, 3.0, 1.0), 0.7)), 1),
            "user_id": 1_000 + user,
            "review_id": np.arange(1, len(game) + 1),
        },
        genre,
        truth,
    )


def _distinct(random: np.random.Generator, truth: Preferences, per_user: int) -> tuple[Ints, Ints]:
    # everybody's draws in a random order, the first of each (user, game) kept: times are given out afterwards
    user = np.repeat(np.arange(len(truth.taste_of)), per_user)
    game = draw(random, truth.taste, truth.taste_of[user])
    order = random.permutation(len(user))
    user, game = user[order], game[order]
    first = np.sort(np.unique(user * truth.taste.shape[1] + game, return_index=True)[1])
    return user[first], game[first]


def _catalogue(random: np.random.Generator, game: Ints, recommended: Mask, runs: Mask) -> Columns:
    n = len(runs)
    row = np.arange(n)
    reviews = np.bincount(game, minlength=n)
    share = np.bincount(game[recommended], minlength=n) / np.maximum(reviews, 1)
    price = np.round(np.exp(random.normal(2.7, 0.6, n))) - 0.01
    discount = np.where(random.random(n) < 0.3, random.integers(1, 9, n) * 10, 0)
    name = np.char.add(np.char.add(_FIRST[row % 10], " "), _SECOND[row // 10 % 9])
    return {
        "app_id": 10 * (row + 1),
        "title": np.where(row < 90, name, np.char.add(name, np.char.mod(" %d", row // 90 + 1))),
        "date_release": as_time(START - random.integers(1, 1_500, n) * DAY),
        **{word: runs[:, place] for place, word in enumerate(PLATFORMS)},
        "rating": _WORDS[np.digitize(share, [0.4, 0.6, 0.75])],
        "positive_ratio": np.round(100 * share).astype(np.int64),
        "user_reviews": reviews,
        "price_final": np.round(price * (1 - discount / 100), 2),
        "price_original": price,
        "discount": discount,
    }


def _people(user: Ints, platform: Ints, n: int) -> Columns:
    owned = np.bincount(user, minlength=n)
    return {
        "user_id": 1_000 + np.arange(n),
        "products": owned,
        "reviews": owned,
        "platform": np.array(PLATFORMS)[platform],
    }
