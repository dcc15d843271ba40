"""Filters: what may be shown at all, to this person, here and now."""

from tamis.stages.filter.age_limit import AgeLimit
from tamis.stages.filter.available import Available
from tamis.stages.filter.blocked import Blocked
from tamis.stages.filter.duplicates import Duplicates
from tamis.stages.filter.exclude import Exclude
from tamis.stages.filter.fatigue import Fatigue
from tamis.stages.filter.frequency_cap import FrequencyCap
from tamis.stages.filter.in_stock import InStock
from tamis.stages.filter.interests import Interests
from tamis.stages.filter.matches import Matches
from tamis.stages.filter.not_seen import NotSeen
from tamis.stages.filter.region import Region
from tamis.stages.filter.supports import Supports
from tamis.stages.filter.where import Where

__all__ = [
    "AgeLimit",
    "Available",
    "Blocked",
    "Duplicates",
    "Exclude",
    "Fatigue",
    "FrequencyCap",
    "InStock",
    "Interests",
    "Matches",
    "NotSeen",
    "Region",
    "Supports",
    "Where",
]
