"""What it costs to begin: `import tamis`, `tamis --help`, and the size of the base install.

    python -m benchmarks.start_up

Protocol. Median wall seconds of seven child processes (after one that is not counted), bare `python -c pass` beside.
The base install is tamis and everything its requirements reach without extras, by the metadata of this environment;
sizes are those of the files each distribution's RECORD lists, so byte code made later is not counted, and an editable
install of tamis counts its source folder.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import subprocess
import sys
import time
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from benchmarks.printing import machine, table

RUNS = 7
LONGEST, MOST_MB, MOST_PACKAGES = 0.3, 620.0, 45


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print(machine())
    tamis = Path(sys.executable).with_name("tamis")
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import tamis": [sys.executable, "-c", "import tamis"],
        "tamis --help": [str(tamis), "--help"] if tamis.exists() else [sys.executable, "-m", "tamis.cli", "--help"],
    }
    seconds = {name: median_seconds(command) for name, command in commands.items()}
    print(
        table(
            ["command", "median, s", "target, s"],
            [[n, s, "" if n.startswith("python") else LONGEST] for n, s in seconds.items()],
        )
    )
    sizes = {name: megabytes(distribution(name)) for name in base_install()}
    largest = sorted(sizes.items(), key=lambda pair: -pair[1])
    print(
        "\n"
        + table(
            ["package", "MB"], [*largest[:12], ("the other " + str(len(sizes) - 12), sum(mb for _, mb in largest[12:]))]
        )
    )
    total = sum(sizes.values())
    met = seconds["import tamis"] < LONGEST and seconds["tamis --help"] < LONGEST
    fits = total <= MOST_MB and len(sizes) <= MOST_PACKAGES
    print(
        f"\nbase install: {len(sizes)} packages, {total:.0f} MB "
        f"(at most {MOST_PACKAGES} and {MOST_MB:.0f} MB: {'met' if fits else 'MISSED'})"
    )
    print(f"start: {'met' if met else 'MISSED'}")


def median_seconds(command: list[str]) -> float:
    """Return the median wall seconds of a command over seven runs, the first run left out."""
    taken = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def base_install(root: str = "tamis") -> list[str]:
    """Return the sorted names of a distribution and all it needs without extras, in this environment."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: set[str] = set()
    waiting: list[tuple[str, frozenset[str]]] = [(root, frozenset())]
    done: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        key = (canonicalize_name(name), extras)
        if key in done:
            continue
        done.add(key)
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:  # a requirement of another platform
            continue
        found.add(canonicalize_name(name))
        for line in requires:
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in (extras or {""})):
                waiting.append((needed.name, frozenset(needed.extras)))
    return sorted(found)


def megabytes(installed: Distribution) -> float:
    """Return the size of a distribution's files in MB (10 ** 6 bytes)."""
    files = [Path(str(file.locate())) for file in installed.files or []]
    total = sum(file.stat().st_size for file in files if file.is_file() and file.suffix != ".pyc")
    source = importlib.util.find_spec("tamis") if installed.metadata["Name"] == "tamis" else None
    if source is not None and source.origin is not None and not any(file.name == "shapes.py" for file in files):
        total += sum(file.stat().st_size for file in Path(source.origin).parent.rglob("*.py"))
    return total / 1e6


if __name__ == "__main__":
    main()
