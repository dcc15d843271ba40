import doctest
import re
from pathlib import Path

import tamis.data.worlds
import tamis.testing

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "testing.md"


def test_the_examples_of_the_page_run():
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 10
    assert found.failed == 0


def test_the_page_lists_every_public_name_once_with_a_line():
    listed = re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(name for name, _ in listed) == sorted([*tamis.testing.__all__, *tamis.data.worlds.__all__])
    assert all(line.endswith(".") for _, line in listed)


def test_every_public_name_is_there_and_documented():
    for room in (tamis.testing, tamis.data.worlds):
        assert list(room.__all__) == sorted(room.__all__)
        for name in room.__all__:
            assert (getattr(room, name).__doc__ or "").strip(), name
