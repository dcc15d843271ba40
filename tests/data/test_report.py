import pytest

from tamis.core.errors import DataError
from tamis.data.report import Report


def test_things_are_said_once_and_zero_is_silent():
    report = Report("t", 3, 3)
    report.warn("a")
    report.warn("a")
    report.fail("b")
    report.fail("b")
    report.remove("nothing", 0)
    report.change("cells", 0)
    assert (report.warnings, report.errors, report.removed, report.changed) == (["a"], ["b"], [], {})


def test_at_most_five_examples_are_kept():
    report = Report("t")
    report.remove("bad", 9, [{"row": i} for i in range(9)])
    assert [e["row"] for e in report.removed[0].examples] == [0, 1, 2, 3, 4]


def test_errors_are_raised_with_their_number():
    report = Report("t")
    report.raise_errors()
    report.fail("first")
    report.fail("second")
    with pytest.raises(DataError, match=r"t: first \(and 1 more\)"):
        report.raise_errors()


def test_lines_tell_everything():
    report = Report("t", 2, 1)
    report.remove("bad", 1, [{"id": 7}])
    report.change("cells", 2)
    report.warn("w")
    report.fail("e")
    assert report.lines() == [
        "t: 2 rows in, 1 out; removed: 1 bad",
        "  bad, such as {'id': 7}",
        "  changed: 2 cells",
        "  warning: w",
        "  error: e",
    ]
