"""The documentation's pages and their code blocks."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from tests.house.sources import ROOT

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
_BLOCK = re.compile(r"^(?:<!-- (?P<file>\S+) -->\n+)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the file that the comment above it names."""

    page: Path
    language: str
    text: str
    file: str | None

    @property
    def at(self) -> str:
        """The page and the first line, for messages."""
        return f"{self.page.relative_to(ROOT)}: {self.text.strip().splitlines()[0] if self.text.strip() else ''}"


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [Block(page, m["language"], m["text"], m["file"]) for m in _BLOCK.finditer(text)]


@functools.cache
def pages() -> tuple[Path, ...]:
    """Return every page of the documentation."""
    return (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted(DOCS.rglob("*.md")),
        *sorted((ROOT / "changes").glob("*.md")),
    )


def guide_pages() -> list[Path]:
    """Return the pages whose Python is a file: README, CONTRIBUTING and the guide."""
    return [p for p in pages() if not p.is_relative_to(REFERENCE)]


@functools.cache
def reference_text() -> str:
    """Return all reference pages as one text."""
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted(REFERENCE.glob("*.md")))
