"""The contract of a retriever, checked on a small world; a broken rule is one line that says which."""

from recent_favourites import RecentFavourites

from tamis.data.worlds import checkerboard
from tamis.testing import check_stage, declare

world = declare(checkerboard(24, 14, per_user=5))
check_stage(RecentFavourites(world.events, half_life="30d"), world.dataset)
