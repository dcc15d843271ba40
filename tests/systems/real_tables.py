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
