"""A fact of the formulation record: a name, a sentence, and whether it is known or assumed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """One line of a design card.

    Parameters
    ----------
    name : str
    says : str
        One sentence; line breaks are folded into spaces.
    assumed : bool
        True where nobody confirmed it: the card flags it.

    Examples
    --------
    >>> print(Fact("latency", "200 ms", assumed=True))
    latency (assumed): 200 ms
    """

    name: str
    says: str
    assumed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", " ".join(self.name.split()))
        object.__setattr__(self, "says", " ".join(self.says.split()))

    def __str__(self) -> str:
        return f"{self.name} (assumed): {self.says}" if self.assumed else f"{self.name}: {self.says}"

    def to_dict(self) -> dict[str, str | bool]:
        """Return the fact ready for JSON."""
        return {"name": self.name, "says": self.says, "assumed": self.assumed}
