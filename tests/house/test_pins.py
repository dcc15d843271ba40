"""constraints.txt pins everything that is installed for Tamis, and every dependency says in docs why it is there."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = dict(re.findall(r"^([a-z0-9-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M))


def test_every_requirement_is_pinned_within_its_bounds():
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for line in {line for group in groups for line in group}:
        requirement = Requirement(line)
        pin = PINS.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement.name} is not pinned. Next: scripts/pins.py"
        assert requirement.specifier.contains(pin), f"{requirement} and the pin {pin}"


def test_what_is_installed_is_what_is_pinned():
    different = {}
    for name, pin in PINS.items():
        try:
            if version(name) != pin:
                different[name] = (version(name), pin)
        except PackageNotFoundError:
            continue
    assert different == {}


def test_every_base_dependency_is_explained_with_its_size():
    told = (ROOT / "docs" / "decisions" / "0001-stack.md").read_text(encoding="utf-8")
    names = [Requirement(line).name for line in PROJECT["dependencies"]]
    assert [n for n in names if not re.search(rf"^\| {re.escape(n)} \| [\d.]+ \|", told, re.M)] == []


def test_the_licence_is_the_one_declared():
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
