import re

import pytest

from tamis.core.errors import OptionError
from tamis.problem.architecture_catalogue import POPULAR_ARCHITECTURES, popular_architecture


def test_every_entry_maps_to_parts_and_says_when_and_from_where():
    assert len(POPULAR_ARCHITECTURES) == 15
    for name, entry in POPULAR_ARCHITECTURES.items():
        assert entry.name == name and entry.when
        assert entry.parts and all(re.fullmatch(r"[AKLR]\d\d", part) for part in entry.parts)
        assert re.search(r"\(\d{4}\), https://", entry.source)


def test_a_misspelt_name_gets_the_nearest():
    assert popular_architecture("multi-task").parts[0] == "L26"
    with pytest.raises(OptionError, match="Did you mean 'two-tower'"):
        popular_architecture("twotower")
