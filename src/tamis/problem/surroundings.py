"""What surrounds a model in a running system: the model itself is the small part.

Source: Sculley and others (2015), Hidden technical debt in machine learning systems,
https://papers.nips.cc/paper/5656-hidden-technical-debt-in-machine-learning-systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from tamis.problem.fact import Fact
from tamis.problem.membership import check_member


class Surrounding(Enum):
    """The nine surroundings of a model; the value says what has to be there."""

    CONFIGURATION = "one typed place that says what runs"
    DATA_COLLECTION = "events and tables arrive and are kept"
    DATA_VERIFICATION = "bad rows are found before they train or serve"
    FEATURE_EXTRACTION = "one definition of each feature, for training and serving"
    PROCESS_MANAGEMENT = "jobs run in order, again after a failure, and once"
    MACHINE_RESOURCES = "processors, memory and disks are enough and shared"
    ANALYSIS_TOOLS = "people can ask why"
    SERVING_INFRASTRUCTURE = "answers come in time, from one version, with a way back"
    MONITORING = "somebody is told when it goes wrong"


def surroundings(provided: Mapping[Surrounding, str]) -> tuple[Fact, ...]:
    """Return each surrounding with who provides it; what nobody provides is flagged.

    Raises
    ------
    OptionError
        Where a key is no `Surrounding`.

    Examples
    --------
    >>> facts = surroundings({Surrounding.MONITORING: "drift alarms"})
    >>> print(facts[-1])
    monitoring: drift alarms
    >>> print(facts[0])
    configuration (assumed): nobody was named for: one typed place that says what runs
    """
    for key in provided:
        check_member(key, Surrounding, "surroundings")
    facts = []
    for surrounding in Surrounding:
        given = provided.get(surrounding, "").strip()
        says = given or f"nobody was named for: {surrounding.value}"
        facts.append(Fact(surrounding.name.lower().replace("_", " "), says, assumed=not given))
    return tuple(facts)
