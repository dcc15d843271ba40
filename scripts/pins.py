"""Write constraints.txt: the exact version of every package that the base and each extra resolve to, as installed.

Run it in a fresh environment that holds all extras: .venv/bin/python scripts/pins.py
"""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = ("tune", "test", "bench")


def needed(name: str, extras: frozenset[str], found: dict[tuple[str, frozenset[str]], str]) -> None:
    """Collect the installed version of everything that a distribution with extras requires."""
    key = (canonicalize_name(name), extras)
    if key in found:
        return
    made = distribution(name)
    found[key] = made.version
    for line in made.requires or []:
        requirement = Requirement(line)
        wanted = [{"extra": extra} for extra in extras] or [{"extra": ""}]
        if requirement.marker is None or any(requirement.marker.evaluate(where) for where in wanted):
            needed(requirement.name, frozenset(requirement.extras), found)


def main() -> None:
    """Print what is missing, or write the file."""
    found: dict[tuple[str, frozenset[str]], str] = {}
    try:
        needed("tamis", frozenset(EXTRAS), found)
    except PackageNotFoundError as error:
        sys.exit(f"pins: {error} is not installed. Next: .venv/bin/pip install -e '.[{','.join(EXTRAS)}]'")
    pins = sorted({f"{name}=={version}" for (name, _), version in found.items() if name != "tamis"})
    head = "# Exact versions of the base and of the extras tune, test and bench. Written by scripts/pins.py.\n"
    (Path(__file__).parents[1] / "constraints.txt").write_text(head + "\n".join(pins) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(pins)} packages pinned in constraints.txt\n")


if __name__ == "__main__":
    main()
