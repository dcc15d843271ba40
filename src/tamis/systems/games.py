"""Games each person is likely to recommend next, on the platform they own.

Expects three tables beside this file, in the schema of a public dump of Steam:

- `games.parquet`: app_id, title, date_release, win, mac, linux, steam_deck (true or false), price_final.
- `users.parquet`: user_id, platform (win, mac, linux or steam_deck; blank: any). The dump has no platform: take it from
  the profile, or write `Supports(..., "device")` to read it from the context of each request.
- `recommendations.parquet`: user_id, app_id, date, is_recommended (true or false), hours.

The dump's rating, positive_ratio, user_reviews, products and reviews are counts of the day it was made: as features they
would tell the past about its future, so the judge counts the events before each request instead.
"""

import tamis as tm
from tamis.models import LambdaMART
from tamis.stages.filter import Available, NotSeen, Supports
from tamis.stages.rerank import Explore
from tamis.stages.retrieve import Ease, ItemToItem, MatrixFactorization, Popular, Trending

games = tm.Entity("games.parquet", id="app_id", title=tm.Text(), date_release=tm.Time(), price_final=tm.Number())
users = tm.Entity("users.parquet", id="user_id", platform=tm.Category())
recommendations = tm.Events("recommendations.parquet", user=users, item=games, at="date", value="hours")
liked = recommendations.where(is_recommended=True)

shop = tm.Funnel(
    "games",
    objective=tm.Maximize(liked, why="a recommendation is what a player says after playing; hours favour long games"),
    retrieve=[
        Ease(liked),
        ItemToItem(liked),
        MatrixFactorization(liked),
        Popular(liked),
        Trending(recommendations, half_life="30d"),
    ],
    filter=[
        Supports(
            {"win": games.win, "mac": games.mac, "linux": games.linux, "steam_deck": games.steam_deck}, users.platform
        ),
        Available(start=games.date_release),
        NotSeen(recommendations),
    ],
    judge=tm.Judge(
        LambdaMART(),
        features=[
            liked.count(per=games),
            liked.count(per=games, within="90d"),
            recommendations.count(per=games),
            recommendations.mean(per=games, smooth=10),
            recommendations.count(per=users),
            recommendations.mean(per=users),
            recommendations.time_since(per=users),
            games.date_release,
            games.price_final,
        ],
    ),
    rerank=[Explore(0.05)],
    show=20,
)
