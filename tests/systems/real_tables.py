"""Real tables under the names and columns that the blueprints expect, written into a folder; the data stays as it is."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest


def real_table(name: str) -> pa.Table:
    folder = os.environ.get("TAMIS_DATA")
    if not folder:
        pytest.skip("TAMIS_DATA is not set: no real data to read")
    path = Path(folder) / name
    if not path.exists():
        pytest.skip(f"{name} is not in TAMIS_DATA")
    return pq.read_table(path)


def write(folder: Path, **tables) -> Path:
    for name, table in tables.items():
        pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), folder / f"{name}.parquet")
    return folder


def start_of_year(years) -> pa.Array:
    """Return 1 January of years as timestamps; null where there is no year."""
    year = pc.cast(years, pa.float64()).to_numpy(zero_copy_only=False)
    moments = np.where(np.isnan(year), 0, year - 1970).astype("datetime64[Y]").astype("datetime64[us]")
    return pa.array(moments, mask=np.isnan(year))


def watched(ratings: pa.Table, item: str, lowest: float, highest: float) -> pa.Table:
    """Return ratings as interactions: a play of which the share watched is the place on the scale, a like from 4 on."""
    stars = ratings["rating"].cast(pa.float64())
    plays = pa.table(
        {
            "user_id": ratings["user_id"].cast(pa.int64()),
            "video_id": ratings[item].cast(pa.int64()),
            "at": ratings["timestamp"],
            "type": ["play"] * len(ratings),
            "value": pc.divide(pc.subtract(stars, lowest), highest - lowest),
        }
    )
    loved = plays.filter(pc.greater_equal(stars, 4))
    ones = pa.array(np.ones(len(loved)))
    likes = loved.set_column(3, "type", [["like"] * len(loved)]).set_column(4, "value", ones)
    return pa.concat_tables([plays, likes])


def movielens_100k(folder: Path, share: float = 1.0) -> Path:
    """Write MovieLens 100K as videos: ages, genders and years are real; nothing in it is rated by age or region."""
    movies, users = real_table("movielens-100k/movies.parquet"), real_table("movielens-100k/users.parquet")
    ratings = real_table("movielens-100k/ratings.parquet")
    ratings = ratings.filter(pc.less(ratings["user_id"], int(1 + 943 * share)))
    videos = {
        "video_id": movies["item_id"].cast(pa.int64()),
        "title": movies["movie_title"],
        "tags": pc.split_pattern(movies["class"], " "),
        "date": start_of_year(pc.if_else(pc.utf8_is_decimal(movies["release_year"]), movies["release_year"], None)),
        "minimum_age": pa.nulls(len(movies), pa.float64()),
        "regions": ["worldwide"] * len(movies),
    }
    people = {
        "user_id": users["user_id"].cast(pa.int64()),
        "age": users["age"],
        "gender": users["gender"],
        "country": ["US"] * len(users),
    }
    return write(folder, videos=videos, people=people, interactions=watched(ratings, "item_id", 1, 5))


def movielens_small(folder: Path) -> Path:
    """Write MovieLens latest-small as videos: the year is in the title, nothing is known of the people."""
    movies, ratings = (real_table(f"movielens-latest-small-2016/{t}.parquet") for t in ("movies", "ratings"))
    year = pc.struct_field(pc.extract_regex(movies["title"], r"\((?P<year>\d{4})\)\s*$"), "year")
    people = pc.unique(ratings["user_id"]).cast(pa.int64())
    videos = {
        "video_id": movies["movie_id"].cast(pa.int64()),
        "title": movies["title"],
        "tags": movies["genres"],
        "date": start_of_year(year),
        "minimum_age": pa.nulls(len(movies), pa.float64()),
        "regions": ["worldwide"] * len(movies),
    }
    nobody = pa.nulls(len(people), pa.string())
    known = {"user_id": people, "age": pa.nulls(len(people), pa.float64()), "gender": nobody, "country": nobody}
    return write(folder, videos=videos, people=known, interactions=watched(ratings, "movie_id", 0.5, 5))


def sephora(folder: Path) -> Path:
    """Write the Sephora catalogue; nobody's reviews are in it, so the site's mean rating stands for one review each."""
    found = real_table("cosmetics-sephora/products.parquet")
    ids = pa.array([f"p{row:04d}" for row in range(len(found))])
    products = {
        "product_id": ids,
        "product": found["name"],
        "brand": found["brand"],
        "price": found["price"].cast(pa.float64()),
        "product_category_primary": found["label"],
        "ingredients": found["ingredients"],
    }
    rated = pc.greater(found["rank"], 0)
    n = pc.sum(rated).as_py()
    reviews = {
        "user_nickname": ["all customers"] * n,
        "product_id": ids.filter(rated.combine_chunks()),
        "rating": found["rank"].filter(rated).cast(pa.float64()),
        "submitted_date": pa.array(np.datetime64("2018-11-01", "us") + np.arange(n) * np.timedelta64(1, "m")),
    }
    return write(folder, products=products, reviews=reviews)


def anime(folder: Path, users: int | None = None) -> Path:
    """Write anime series as games: recommended from 8 stars on, hours from the episodes, in a seeded random order.

    The data has no times, no platforms and no prices: everything runs everywhere, and nothing was known to be released.
    """
    from tamis.data.dataset import random_order

    ratings, items = real_table("anime-5k/ratings.parquet"), real_table("anime-5k/items.parquet")
    if users is not None:
        some = pc.unique(ratings["user_id"]).sort().slice(0, users)
        ratings = ratings.filter(pc.is_in(ratings["user_id"], value_set=some))
    episodes = pc.if_else(pc.utf8_is_decimal(items["episodes"]), items["episodes"], None).cast(pa.float64())
    place = pc.index_in(ratings["anime_id"], value_set=items["anime_id"].combine_chunks())
    user, item = (ratings[c].cast(pa.int64()) for c in ("user_id", "anime_id"))
    everywhere = [True] * len(items)
    games = {
        "app_id": items["anime_id"].cast(pa.int64()),
        "title": items["name"],
        "date_release": pa.nulls(len(items), pa.timestamp("us")),
        **dict.fromkeys(("win", "mac", "linux", "steam_deck"), everywhere),
        "price_final": pa.nulls(len(items), pa.float64()),
    }
    people = pc.unique(user)
    recommendations = {
        "user_id": user,
        "app_id": item,
        "date": pa.array(random_order(user.to_numpy(), item.to_numpy())).cast(pa.timestamp("us")),
        "is_recommended": pc.greater_equal(ratings["rating"], 8),
        "hours": pc.fill_null(pc.multiply(episodes.take(place), 0.4), 1.0),
    }
    users_table = {"user_id": people, "platform": pa.nulls(len(people), pa.string())}
    return write(folder, games=games, users=users_table, recommendations=recommendations)
