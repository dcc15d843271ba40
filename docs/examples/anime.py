"""Anime each person is likely to love next, from two tables without times."""

import tamis as tm
from tamis.models import LambdaMART
from tamis.stages.filter import NotSeen
from tamis.stages.rerank import AtMost
from tamis.stages.retrieve import Ease, MatrixFactorization, Popular

anime = tm.Entity("items.parquet", id="anime_id", name=tm.Text(), genre=tm.Tags(sep=","), type=tm.Category())
people = tm.Entity(id="user_id")
ratings = tm.Events("ratings.parquet", user=people, item=anime, kind="rating", value="rating")
loved = ratings.where(value=tm.at_least(8))

home = tm.Funnel(
    "anime-for-you",
    objective=tm.Maximize(loved, why="a rating of 8 or more says that the person would watch it again"),
    retrieve=[Ease(loved), MatrixFactorization(loved), Popular(loved)],
    filter=[NotSeen(ratings)],
    judge=tm.Judge(
        LambdaMART(),
        features=[
            loved.count(per=anime),
            ratings.mean(per=anime, smooth=10),
            loved.count(per=(people, anime.genre)),
            ratings.mean(per=(people, anime.type)),
            anime.members,
            anime.genre.one_hot(),
        ],
    ),
    rerank=[AtMost(12, per=anime.type)],
    show=20,
)
