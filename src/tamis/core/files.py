"""The only module that writes durably: write beside, flush to disk, rename, flush the folder.

A reader sees the old file or the new one, never half of either, also after a power cut.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tamis.core.errors import SnapshotError


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, so that a rename inside it survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the file at `path` by `data`, atomically and durably; parent folders are made.

    Raises
    ------
    OSError
        Where the disk refuses; the old file is then untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Replace the file at `path` by UTF-8 text, atomically and durably."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Replace the file at `path` by JSON with sorted keys; NaN and infinity are refused."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises
    ------
    SnapshotError
        Where the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SnapshotError("the file is missing", where=str(path), next_step="train again: tamis train FILE") from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SnapshotError(f"the file is damaged ({error})", where=str(path), next_step="train again") from None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Give a folder to fill; at the end it replaces `target` in one rename, after everything in it reached the disk.

    Where the block raises, the unfinished folder is removed and `target` stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    if beside.exists():
        shutil.rmtree(beside)
    beside.mkdir()
    try:
        yield beside
        for path in sorted(beside.rglob("*"), reverse=True):
            if path.is_dir():
                sync_folder(path)
            else:
                with path.open("rb") as handle:
                    os.fsync(handle.fileno())
        sync_folder(beside)
        old = target.with_name(f".{target.name}.{os.getpid()}.old")
        if target.exists():
            target.replace(old)
        beside.replace(target)
        sync_folder(target.parent)
        if old.exists():
            shutil.rmtree(old)
    except BaseException:
        if beside.exists():
            shutil.rmtree(beside)
        raise
