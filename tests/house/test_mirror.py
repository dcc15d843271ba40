"""Which file of the package is tested where. A report, not a rule: it warns of files that no test file names."""

import ast
import re
import warnings

from tests.house.sources import PACKAGE, ROOT, sources

CONTRACT_TESTS = {
    "stages/retrieve": "tests/stages/retrieve/test_contract.py",
    "stages/filter": "tests/stages/filter/test_contract.py",
    "stages/rerank": "tests/stages/rerank/test_contract.py",
}
"""Folders of which one test file finds every part by itself."""


def untested() -> list[str]:
    """Return the files without `tests/<room>/test_<file>.py` of whose module and public names no test speaks either."""
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "house"]
    words = set(re.findall(r"[\w.]+", "\n".join(path.read_text(encoding="utf-8") for path in tests)))
    found = []
    for source in sources():
        inside = source.path.relative_to(PACKAGE)
        own = ROOT / "tests" / inside.parent / f"test_{inside.stem.lstrip('_')}.py"
        contract = CONTRACT_TESTS.get(inside.parent.as_posix())
        covered = contract is not None and (ROOT / contract).exists()
        names = {node.name for node in source.tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
        imported = bool(words & {source.module, *(name for name in names if name != "run")})
        if source.path.name != "__init__.py" and not own.exists() and not covered and not imported:
            found.append(source.place)
    return found


def test_files_without_a_test_of_their_own():
    found = untested()
    if found:
        warnings.warn(f"{len(found)} files have no test of their own: {', '.join(found)}", stacklevel=1)
    assert len(found) < len(sources())


def test_contract_tests_are_there():
    assert [path for path in CONTRACT_TESTS.values() if not (ROOT / path).exists()] == []
