"""A trained system as a folder: what its stages learned, its ids, and a manifest with a checksum of every file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tamis.core.errors import SnapshotError
from tamis.core.files import atomic_folder, read_json, sha256, write_bytes, write_json
from tamis.core.ids import Ids
from tamis.core.stages import Saveable

_FORMAT = 1
_MANIFEST = "manifest.json"


def write_snapshot(system: Saveable, folder: Path, users: Ids, items: Ids, facts: Mapping[str, Any]) -> None:
    """Write a trained system; `folder` is replaced in one step, after everything reached the disk.

    Parameters
    ----------
    system : Saveable
    folder : Path
    users, items : Ids
        Codes mean these ids; they are needed to read the system again.
    facts : mapping
        What to remember of the training (JSON values): the moment, the data, the figures.
    """
    with atomic_folder(folder) as beside:
        system.save(beside / "system")
        for name, ids in (("users", users), ("items", items)):
            _write_ids(beside / f"{name}.parquet", ids)
        files = {str(p.relative_to(beside)): sha256(p) for p in sorted(beside.rglob("*")) if p.is_file()}
        write_json(beside / _MANIFEST, {"format": _FORMAT, "files": files, "facts": dict(facts)})


def read_ids(folder: Path) -> tuple[Ids, Ids, dict[str, Any]]:
    """Return (user ids, item ids, facts) of a snapshot, after checking every file against the manifest.

    Raises
    ------
    SnapshotError
        Where there is no snapshot, a file is missing or changed, or the format is a newer one.
    """
    if not folder.exists():
        raise SnapshotError("nothing has been trained yet", where=str(folder), next_step="run: tamis train FILE")
    manifest = read_json(folder / _MANIFEST)
    if manifest.get("format") != _FORMAT:
        raise SnapshotError("has another format", where=str(folder), allowed=str(_FORMAT), got=manifest.get("format"))
    for name, digest in manifest["files"].items():
        path = folder / name
        if not path.is_file() or sha256(path) != digest:
            raise SnapshotError(f"the file {name} is missing or damaged", where=str(folder), next_step="train again")
    return _read_ids(folder / "users.parquet"), _read_ids(folder / "items.parquet"), dict(manifest["facts"])


def _write_ids(path: Path, ids: Ids) -> None:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"id": ids.strings}).replace_schema_metadata({"entity": ids.entity}), out)
    write_bytes(path, out.getvalue())


def _read_ids(path: Path) -> Ids:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    entity = (table.schema.metadata or {}).get(b"entity", b"id").decode()
    return Ids(entity, []).extended_in_order(table["id"].combine_chunks())
