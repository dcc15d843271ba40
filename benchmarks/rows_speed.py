"""Rows for the ranker: a million requests' features from millions of events, live (`read`) and in one query (`batch`).

    python -m benchmarks.rows_speed                      # 1 M, 3 M and 10 M events
    python -m benchmarks.rows_speed --events 300000 --rows 100000

Protocol. Synthetic log, seeded: users uniform (a user per 100 events), items by Zipf's law with exponent 1 (an item per
500 events), 90 days, values 1 to 5, one to three of 20 tags per item. Rows: users, items and moments drawn alike, in
the last fifth of the log, 100 candidates per request. Twenty columns over five kinds of keys (see `columns`). Each
size and each face runs in a process of its own; its peak resident memory is that process's, reading the table
included. Seconds count the features alone, indexes built from nothing; reading the table is shown beside.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.printing import machine, table

FACES = ("read", "batch")
LONGEST, MOST_GB = 60.0, 6.0
_DAY = 86_400_000_000
_DAYS = 90
_PER_REQUEST = 100


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--events", type=int, nargs="+", default=[1_000_000, 3_000_000, 10_000_000])
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--faces", nargs="+", choices=FACES, default=list(FACES))
    asked.add_argument("--profile", action="store_true", help="seconds of each column")
    asked.add_argument("--child", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.child:
        print(json.dumps(measure(given.child, given.events[0], given.rows)))
        return
    print(machine())
    for face in given.faces:
        made = [_in_child(face, n, given.rows) for n in given.events]
        print(f"\n{face}: {given.rows:,} rows x {made[0]['columns']} columns\n")
        header = ["events", "seconds", "peak GB", "reading the table, s", "checksum"]
        print(
            table(header, [[n, m["seconds"], m["gb"], m["reading"], m["checksum"]] for n, m in zip(given.events, made)])
        )
        if len(made) > 1:
            slope = np.polyfit(np.log(given.events), np.log([m["seconds"] for m in made]), 1)[0]
            print(f"\ngrowth: seconds ~ events ^ {slope:.2f} (target: at most 1)")
        last = made[-1]
        met = last["seconds"] < LONGEST and last["gb"] < MOST_GB
        print(
            f"target at {given.events[-1]:,} events: < {LONGEST:.0f} s and < {MOST_GB:.0f} GB: {'met' if met else 'MISSED'}"
        )
        if given.profile:
            print("\n" + table(["column", "seconds"], sorted(made[-1]["each"].items(), key=lambda pair: -pair[1])))


def _in_child(face: str, events: int, rows: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.rows_speed",
        "--child",
        face,
        "--events",
        str(events),
        "--rows",
        str(rows),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def measure(face: str, n_events: int, n_rows: int) -> dict[str, Any]:
    """Return seconds, peak memory and a checksum of one face at one size; for a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        write_tables(Path(folder), n_events)
        began = time.perf_counter()
        dataset, features = declared(Path(folder))
        reading = time.perf_counter() - began
    user, item, at = requests(n_rows, dataset.n_users, dataset.n_items)
    before = time.perf_counter()
    x, each = (
        _by_read(dataset, features, user, item, at) if face == "read" else _by_batch(dataset, features, user, item, at)
    )
    return {
        "seconds": time.perf_counter() - before,
        "reading": reading,
        "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "columns": x.shape[1],
        # to six digits: sums of float32 depend on the order of their terms
        "checksum": f"{np.nansum(x, dtype=np.float64):.6g}",
        "each": each,
    }


def write_tables(folder: Path, n_events: int) -> None:
    """Write a seeded synthetic log and its items as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(0)
    n_users, n_items = max(n_events // 100, 10), max(n_events // 500, 10)
    tags = [f"t{i:02d}" for i in range(20)]
    of_item = [random.choice(tags, 1 + i % 3, replace=False).tolist() for i in range(n_items)]
    pq.write_table(pa.table({"item_id": np.arange(n_items), "tags": of_item}), folder / "items.parquet")
    log = {
        "user_id": random.integers(0, n_users, n_events),
        "item_id": zipf(random, n_events, n_items),
        "at": np.sort(random.integers(0, _DAYS * _DAY, n_events)).astype("datetime64[us]"),
        "value": random.integers(1, 6, n_events).astype(np.float32),
    }
    pq.write_table(pa.table(log), folder / "log.parquet")


def zipf(random: np.random.Generator, n: int, n_items: int) -> np.ndarray:
    """Return n item numbers, item i with a weight of 1 / (i + 1)."""
    ends = np.cumsum(1.0 / (1.0 + np.arange(n_items)))
    return np.minimum(np.searchsorted(ends, random.random(n) * ends[-1]), n_items - 1)


def declared(folder: Path) -> tuple[Any, list[Any]]:
    """Return the dataset read and its twenty features."""
    import tamis as tm

    items = tm.Entity(folder / "items.parquet", id="item_id", tags=tm.Tags())
    users = tm.Entity(id="user_id")
    log = tm.Events(folder / "log.parquet", user=users, item=items, at="at", value="value")
    dataset = tm.Dataset.load([users, items, log], now=2**60)
    dataset.attribute(items.tags)
    return dataset, columns(log, users, items)


def columns(log: Any, users: Any, items: Any) -> list[Any]:
    """Return twenty features over five kinds of keys."""
    return [
        *[log.count(per=items, within=within) for within in ("1d", "7d", "30d", None)],
        log.sum(per=items, within="7d"),
        log.mean(per=items),
        log.mean(per=items, within="30d", smooth=20),
        log.time_since(per=items),
        *[log.count(per=users, within=within) for within in ("1d", "7d", None)],
        log.mean(per=users),
        log.time_since(per=users),
        log.count(per=(users, items)),
        *[log.count(per=items.tags, within=within) for within in ("7d", None)],
        *[log.count(per=(users, items.tags), within=within) for within in ("30d", None)],
        log.mean(per=(users, items.tags)),
        log.time_since(per=(users, items.tags)),
    ]


def requests(n_rows: int, n_users: int, n_items: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (user, item, at) codes of rows: 100 candidates for each of the requests, in order of time."""
    random = np.random.default_rng(1)
    n = -(-n_rows // _PER_REQUEST)
    user = random.integers(0, n_users, n).astype(np.int32)
    at = np.sort(random.integers(int(0.8 * _DAYS) * _DAY, _DAYS * _DAY, n))
    item = zipf(random, n_rows, n_items).astype(np.int32)
    query = np.arange(n_rows) // _PER_REQUEST
    return user[query], item, at[query]


def _by_read(dataset: Any, features: list[Any], user: Any, item: Any, at: Any) -> tuple[np.ndarray, dict[str, float]]:
    from tamis.core.words import Candidates, Queries

    first = np.arange(0, len(user), _PER_REQUEST)
    queries = Queries(user[first], at[first], dataset.past)
    candidates = Candidates(np.arange(len(user)) // _PER_REQUEST, item, len(first))
    x = np.empty((len(user), len(features)), np.float32)
    each = {}
    for column, feature in enumerate(features):
        began = time.perf_counter()
        x[:, column] = feature.read(queries, candidates)
        each[feature.columns[0] + f" #{column}"] = time.perf_counter() - began
    return x, each


def _by_batch(dataset: Any, features: list[Any], user: Any, item: Any, at: Any) -> tuple[np.ndarray, dict[str, float]]:
    from tamis.data.tables import open_table
    from tamis.features.batch import joined

    rows = open_table(
        {"row": np.arange(len(user)), "user": user, "item": item, "at": at}, connection=dataset.store.connection
    )
    table_ = joined(dataset, rows, features).order_by("row").drop("row").to_pyarrow()
    return np.stack([np.asarray(c.to_numpy(), np.float32) for c in table_.columns], axis=1), {}


if __name__ == "__main__":
    main()
