"""Every option of every part: a wrong value and a misspelt name are told in the one form."""

import dataclasses

import pytest

from tamis.core.errors import OptionError
from tests.house.parts import CannotBuildError, build, hints_of, needs, parts, required, wrong

PARTS = {f"{p.__module__.removeprefix('tamis.')}.{p.__name__}": p for p in parts()}


WITH_OPTIONS = [pytest.param(part, id=name) for name, part in PARTS.items() if dataclasses.fields(part)]


def test_there_are_parts_and_each_can_be_built():
    assert len(PARTS) > 60
    failed = {}
    for name, part in PARTS.items():
        try:
            build(part)
        except CannotBuildError as error:
            failed[name] = str(error)
    assert failed == {}, "add its options to by_hand() in tests/house/parts.py"


@pytest.mark.parametrize("part", WITH_OPTIONS)
def test_a_wrong_value_is_named_with_its_option(part):
    given = required(part)
    for option, hint in hints_of(part).items():
        for value in wrong(hint):
            with pytest.raises(OptionError) as caught:
                part(**{**given, option: value})
            told = str(caught.value)
            assert "\n" not in told
            assert f"`{option}`" in told and part.__name__ in told, f"{part.__name__}.{option}={value!r}: {told}"
            assert repr(value) in told and "Allowed: " in told, f"{part.__name__}.{option}={value!r}: {told}"


@pytest.mark.parametrize("part", WITH_OPTIONS)
def test_a_misspelt_option_is_told_the_nearest_name(part):
    given = required(part)
    for option in hints_of(part):
        misspelt = option + option[-1]
        with pytest.raises(OptionError, match="Did you mean") as caught:
            part(**{**given, misspelt: 1})
        assert f"`{misspelt}`" in str(caught.value)


@pytest.mark.parametrize("part", WITH_OPTIONS)
def test_a_missing_option_is_named(part):
    given = required(part)
    no_default = {f.name for f in dataclasses.fields(part) if needs(f)}
    for option in no_default:
        with pytest.raises(OptionError, match=f"`{option}` is missing"):
            part(**{name: value for name, value in given.items() if name != option})


@pytest.mark.parametrize("part", WITH_OPTIONS)
def test_options_are_frozen(part):
    made = build(part)
    option = dataclasses.fields(part)[0].name
    with pytest.raises(OptionError, match="frozen"):
        setattr(made, option, 1)


def test_most_options_are_checked():
    total = [(name, option, hint) for name, part in PARTS.items() for option, hint in hints_of(part).items()]
    free = [f"{name}.{option}" for name, option, hint in total if not wrong(hint)]
    assert len(free) < 0.05 * len(total), free
