"""A home page of videos: what each person is likely to watch and to like next.

Expects three tables beside this file (Parquet here; any source `tm.Entity` takes will do):

- `videos.parquet`: video_id, title, tags (a list, or "drama|war"), date (of release), minimum_age (years, blank: for
  everybody), regions (a list of country codes, or "worldwide").
- `people.parquet`: user_id, age (years), gender, country (a code as in regions).
- `interactions.parquet`: user_id, video_id, at, type (impression, play, like or purchase), value (of a play the share
  of the video that was watched, 0 to 1; otherwise 1).

The objective counts relevant videos instead of clicks (clickbait) or completed ones (short ones win): a video is
relevant to whoever liked it, bought it, or watched at least half of it.
"""

import tamis as tm
from tamis.models import GradientBoosting, Isotonic, TreeGrowth
from tamis.stages.filter import AgeLimit, Available, NotSeen, Region
from tamis.stages.rerank import AtMost, Explore, FreshFirst
from tamis.stages.retrieve import Ease, Fresh, ItemToItem, Popular, Trending

videos = tm.Entity(
    "videos.parquet",
    id="video_id",
    title=tm.Text(),
    tags=tm.Tags(),
    date=tm.Time(),
    minimum_age=tm.Number(),
    regions=tm.Tags(),
)
people = tm.Entity("people.parquet", id="user_id", age=tm.Number(), gender=tm.Category(), country=tm.Category())
interactions = tm.Events(
    "interactions.parquet", user=people, item=videos, at="at", kind=tm.Column("type"), value="value"
)

plays = interactions.where(kind="play")
likes = interactions.where(kind="like")
relevant = interactions.where(kind=["play", "like", "purchase"], value=tm.at_least(0.5))

home = tm.Funnel(
    "video-home",
    objective=tm.Maximize(relevant, why="relevant videos keep people for years; clicks and completions can be tricked"),
    retrieve=[
        Ease(relevant),
        ItemToItem(likes),
        Popular(relevant),
        Popular(relevant, within="90d"),
        Trending(plays, half_life="14d"),
        Fresh(videos.date),
    ],
    filter=[
        AgeLimit(videos.minimum_age, people.age, unrated=0),
        Region(videos.regions, people.country, everywhere="worldwide"),
        Available(start=videos.date),
        NotSeen(plays),
    ],
    judge=tm.Judge(
        GradientBoosting(growth=TreeGrowth(leaves=7, rows_per_leaf=200)),
        features=[
            plays.count(per=videos, within="30d"),
            plays.count(per=videos, within="365d"),
            likes.count(per=videos),
            plays.mean(per=videos, smooth=10),
            plays.mean(per=(people, videos.tags)),
            likes.count(per=(people, videos.tags)),
            plays.count(per=people),
            plays.time_since(per=people),
            people.age,
            people.gender,
            videos.date,
            videos.tags.one_hot(),
        ],
        tasks={"relevant": relevant, "like": likes},
        calibrate=Isotonic(),
        value=tm.Weighted(relevant=1, like=1),
    ),
    # exploration comes last, so that the propensities in the log hold
    rerank=[
        FreshFirst(videos.date, boost=0.05, half_life="30d"),
        AtMost(1, per=videos.title, drop=True),
        Explore(0.05),
    ],
    show=20,
    propose=100,
)
