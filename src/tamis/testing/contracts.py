"""Which contract a part meets, told by its verbs, and every part of a package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from tamis.core.errors import TamisError


class ContractError(TamisError):
    """A part breaks its contract; the message names the part, the rule and what was found."""


@dataclass(frozen=True)
class Contract:
    """A contract of `core.stages` and the verbs by which it is known.

    Parameters
    ----------
    kind : str
        "filter" covers filters and late filters: a part may be both.
    verbs : mapping of str to tuple of str
        Each verb and what it is given. All of them are there where the contract is met.
    """

    kind: str
    verbs: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        return ", ".join(f"{verb}({', '.join(given)})" for verb, given in self.verbs.items())


CONTRACTS = (
    Contract("understander", {"understand": ("queries",)}),
    Contract("retriever", {"retrieve": ("queries", "k")}),
    Contract("filter", {"keep": ("queries", "candidates")}),
    Contract("filter", {"keep_late": ("queries", "candidates", "chosen")}),
    Contract("feature", {"read": ("queries", "candidates")}),
    Contract("predictor", {"fit": ("rows", "label"), "predict": ("rows",)}),
    Contract("calibrator", {"fit": ("score", "label"), "calibrate": ("score",)}),
    Contract("reranker", {"rerank": ("queries", "candidates", "k")}),
    Contract("policy", {"act": ("candidates",)}),
)


def kinds_of(part: object) -> tuple[str, ...]:
    """Return the sorted kinds whose contracts a part, or a class of parts, meets.

    Only methods that the class defines count, with the right number of arguments: an object that answers to any name
    is no part by that, and neither is a model that is fitted on something else than rows and labels.

    Examples
    --------
    >>> class Both:
    ...     def retrieve(self, queries, k): ...
    ...     def rerank(self, queries, candidates, k): ...
    >>> kinds_of(Both()), kinds_of(3)
    (('reranker', 'retriever'), ())
    """
    cls = part if isinstance(part, type) else type(part)
    met = {c.kind for c in CONTRACTS if all(_takes(cls, verb, len(given)) for verb, given in c.verbs.items())}
    return tuple(sorted(met))


def _takes(cls: type, verb: str, n: int) -> bool:
    found = getattr(cls, verb, None)
    if not inspect.isroutine(found):
        return False
    by_place = [
        p
        for p in inspect.signature(found).parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    own = 0 if inspect.ismethod(found) or isinstance(inspect.getattr_static(cls, verb), staticmethod) else 1
    needed = sum(p.default is p.empty for p in by_place)
    return needed - own <= n <= len(by_place) - own


def kind_of(part: object) -> str:
    """Return the one kind of a part.

    Raises
    ------
    ContractError
        Where it meets no contract or several, or is a class that was not called.
    """
    kinds = kinds_of(part)
    name = part.__name__ if isinstance(part, type) else type(part).__name__
    if isinstance(part, type):
        raise ContractError("is a class, not a part", where=name, next_step="write the parentheses")
    if len(kinds) != 1:
        raise ContractError(
            "meets two contracts at once" if kinds else "meets no contract",
            where=name,
            allowed="exactly one of " + "; ".join(f"{c.kind}: {c}" for c in CONTRACTS),
            got=kinds,
            next_step="split it in two parts" if kinds else "check the names and arguments of its methods",
        )
    return kinds[0]


def stages_found(package: ModuleType | str) -> list[type]:
    """Return every public class of a package and its sub-packages that meets a contract, by name.

    Parameters
    ----------
    package : module or its dotted name
        Modules whose name starts with an underscore are left out, and so are protocols.

    Examples
    --------
    >>> [cls.__name__ for cls in stages_found("tamis.models.platt")]
    ['Platt']
    """
    root = importlib.import_module(package) if isinstance(package, str) else package
    inside = pkgutil.walk_packages(getattr(root, "__path__", []), f"{root.__name__}.")
    names = [found.name for found in inside if not any(piece.startswith("_") for piece in found.name.split("."))]
    modules = [root, *map(importlib.import_module, names)]
    classes = {
        value
        for module in modules
        for label, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and not label.startswith("_")
    }
    parts = [cls for cls in classes if kinds_of(cls) and not getattr(cls, "_is_protocol", False)]
    return sorted(parts, key=lambda cls: (cls.__name__, cls.__module__))
