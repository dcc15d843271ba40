import doctest
import re
from pathlib import Path

import tamis.problem

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "problem.md"


def test_the_examples_of_the_page_run():
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=flags)
    assert found.attempted > 15 and found.failed == 0


def test_the_page_lists_every_public_name_once_with_a_line():
    listed = re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(name for name, _ in listed) == sorted(tamis.problem.__all__)
    assert all(line.endswith(".") for _, line in listed)


def test_every_public_name_is_there_and_documented():
    for name in tamis.problem.__all__:
        thing = getattr(tamis.problem, name)
        if callable(thing):
            assert (thing.__doc__ or "").strip(), name
