import pytest

from tamis.core.errors import OptionError
from tamis.problem.architecture import Architecture, Component, ComponentKind, Extension, Link

READER, SHOP = Component("reader", ComponentKind.USER), Component("shop", ComponentKind.APP_SERVER, "answers")
EVENTS = Component("events", ComponentKind.EVENT_LOG)
BASE = Architecture((READER, SHOP), (Link("reader", "shop", "request"),))


def test_an_extension_adds_and_leaves_the_base_as_it_is():
    more = BASE.extend(Extension("logging", (EVENTS,), (Link("shop", "events", "what was shown"),)))
    assert more.components == (READER, SHOP, EVENTS) and more.links[:1] == BASE.links
    assert more.extensions == ("logging",) and BASE.extensions == () and len(BASE.components) == 2


def test_an_extension_cannot_redefine_repeat_or_point_nowhere():
    with pytest.raises(OptionError, match="component 'shop' is there twice"):
        BASE.extend(Extension("x", (Component("shop", ComponentKind.CACHE),)))
    logging = Extension("logging", (EVENTS,))
    with pytest.raises(OptionError, match="extension 'logging' is there already"):
        BASE.extend(logging).extend(logging)
    with pytest.raises(OptionError, match=r"a link ends at 'shopp', which is no component.*Did you mean 'shop'"):
        BASE.extend(Extension("x", (EVENTS,), (Link("shopp", "events"),)))
    with pytest.raises(OptionError, match="a link is there twice"):
        BASE.extend(Extension("x", (), (Link("reader", "shop", "request"),)))


def test_two_links_that_carry_different_things_may_join_the_same_two():
    assert len(BASE.extend(Extension("x", (), (Link("reader", "shop", "click"),))).links) == 2


def test_isolated_components_are_reported():
    assert BASE.isolated() == ()
    assert Architecture((READER, SHOP, EVENTS), (Link("shop", "events"),)).isolated() == ("reader",)
    assert Architecture(()).isolated() == ()


def test_facts_name_boxes_and_arrows_and_flag_an_arrow_without_freight():
    facts = BASE.extend(Extension("logging", (EVENTS,), (Link("shop", "events"),))).facts()
    told = [str(fact) for fact in facts]
    assert told == [
        "reader: user",
        "shop: application server: answers",
        "events: event log",
        "reader to shop: request",
        "shop to events (assumed): not stated",
        "extensions: logging",
    ]
