"""The parts around the models and their links, and how a functional extension is added without breaking them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tamis.core.errors import OptionError, nearest
from tamis.problem.fact import Fact


class ComponentKind(Enum):
    """What a box of the drawing is."""

    USER = "user"
    APP_SERVER = "application server"
    DATABASE = "database"
    KNOWLEDGE_GRAPH = "knowledge graph"
    QUEUE = "queue"
    CACHE = "cache"
    EVENT_LOG = "event log"
    FEATURE_STORE = "feature store"
    INDEX = "index"
    MODEL = "model"
    PEOPLE = "people who decide or label"


@dataclass(frozen=True)
class Component:
    """A box of the drawing: its name, what it is and what it does."""

    name: str
    kind: ComponentKind
    does: str = ""


@dataclass(frozen=True)
class Link:
    """An arrow of the drawing: from one component to another, and what travels along it."""

    source: str
    target: str
    carries: str = ""


@dataclass(frozen=True)
class Extension:
    """A functional feature added to a base design: new boxes and arrows, nothing taken away.

    Parameters
    ----------
    name : str
    adds : tuple of Component
    links : tuple of Link
        Between new components, or from and to those of the base.
    why : str
    """

    name: str
    adds: tuple[Component, ...]
    links: tuple[Link, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Architecture:
    """Components and their links, checked when built.

    Parameters
    ----------
    components : tuple of Component
        Each name once.
    links : tuple of Link
        Both ends are components; no arrow twice.
    extensions : tuple of str
        Names of the features added by `extend`.

    Raises
    ------
    OptionError
        Where a name is there twice, or a link ends nowhere.

    Examples
    --------
    >>> base = Architecture(
    ...     (Component("reader", ComponentKind.USER), Component("shop", ComponentKind.APP_SERVER)),
    ...     (Link("reader", "shop", "request"),),
    ... )
    >>> more = base.extend(Extension("moderation", (Component("reviewers", ComponentKind.PEOPLE),)))
    >>> more.isolated(), base.isolated()
    (('reviewers',), ())
    """

    components: tuple[Component, ...]
    links: tuple[Link, ...] = ()
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [component.name for component in self.components]
        for name in names:
            if names.count(name) > 1:
                raise OptionError(f"component {name!r} is there twice", where="Architecture", allowed="each name once")
        arrows = [(link.source, link.target, link.carries) for link in self.links]
        for link, arrow in zip(self.links, arrows):
            for end in (link.source, link.target):
                if end not in names:
                    raise OptionError(
                        f"a link ends at {end!r}, which is no component",
                        where="Architecture",
                        allowed=", ".join(names),
                        nearest=nearest(end, names),
                    )
            if arrows.count(arrow) > 1:
                raise OptionError("a link is there twice", where="Architecture", got=arrow)

    def extend(self, extension: Extension) -> Architecture:
        """Return the design with an extension: every component and link of the base stays as it is.

        Raises
        ------
        OptionError
            Where the extension was added before, redefines a component of the base, or links to nothing.
        """
        if extension.name in self.extensions:
            raise OptionError(f"extension {extension.name!r} is there already", where="Architecture")
        return Architecture(
            (*self.components, *extension.adds), (*self.links, *extension.links), (*self.extensions, extension.name)
        )

    def isolated(self) -> tuple[str, ...]:
        """Return the components that no link touches, in order: most often an arrow was forgotten."""
        touched = {end for link in self.links for end in (link.source, link.target)}
        return tuple(component.name for component in self.components if component.name not in touched)

    def facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about the architecture."""
        boxes = [Fact(c.name, c.kind.value + (f": {c.does}" if c.does else "")) for c in self.components]
        arrows = [
            Fact(f"{link.source} to {link.target}", link.carries or "not stated", not link.carries)
            for link in self.links
        ]
        added = [Fact("extensions", ", ".join(self.extensions))] if self.extensions else []
        return (*boxes, *arrows, *added)
