"""Movies each person is likely to love next."""

import tamis as tm
from tamis.models import LambdaMART
from tamis.stages.filter import NotSeen
from tamis.stages.retrieve import Ease, MatrixFactorization, Popular, Trending

movies = tm.Entity("movies.parquet", id="movie_id", genres=tm.Tags(), title=tm.Text())
people = tm.Entity(id="user_id")
ratings = tm.Events("ratings.parquet", user=people, item=movies, at="timestamp", kind="rating", value="rating")
loved = ratings.where(value=tm.at_least(4))

home = tm.Funnel(
    "movies-for-you",
    objective=tm.Maximize(loved, why="a rating of 4 or more is the clearest sign of a good evening"),
    retrieve=[
        Ease(loved, max_items=1_000),
        MatrixFactorization(loved),
        Trending(loved, half_life="90d"),
        Popular(loved),
    ],
    filter=[NotSeen(ratings)],
    judge=tm.Judge(
        LambdaMART(learning_rate=0.1, patience=20),
        features=[
            ratings.mean(per=movies, smooth=10),
            loved.count(per=movies, within="365d"),
            loved.count(per=(people, movies.genres)),
            ratings.count(per=people),
        ],
    ),
)
