"""An article feed inside a company: views, likes, bookmarks, comments and follows on what colleagues share.

Expects `interactions.parquet` with timestamp, event, content_id, person_id (the columns of CI&T Deskdrop).
"""

import tamis as tm
from tamis.models import ImplicitFactors, LambdaMART
from tamis.stages.filter import NotSeen
from tamis.stages.retrieve import Fresh, ItemToItem, MatrixFactorization, Popular, Trending, UserToUser

articles = tm.Entity(id="content_id")
people = tm.Entity(id="person_id")
acts = tm.Events("interactions.parquet", user=people, item=articles, at="timestamp", kind=tm.Column("event"))
liked = acts.where(kind=["LIKE", "BOOKMARK", "COMMENT CREATED", "FOLLOW"])

feed = tm.Funnel(
    "articles",
    objective=tm.Maximize(acts, why="opening an article at all is the only sign that every reader leaves"),
    retrieve=[
        Trending(acts, half_life="1d"),
        Trending(acts, half_life="7d"),
        Popular(acts, within="7d"),
        Fresh(acts),
        ItemToItem(acts),
        UserToUser(acts),
        MatrixFactorization(acts, model=ImplicitFactors(factors=32)),
    ],
    filter=[NotSeen(acts)],
    judge=tm.Judge(
        LambdaMART(),
        features=[
            acts.count(per=articles, within="1h"),
            acts.count(per=articles, within="1d"),
            acts.count(per=articles, within="7d"),
            acts.count(per=articles, within="30d"),
            acts.count(per=articles),
            liked.count(per=articles, within="7d"),
            liked.count(per=articles),
            acts.time_since(per=articles),
            acts.count(per=people),
            acts.count(per=people, within="7d"),
            acts.time_since(per=people),
        ],
    ),
    show=20,
    propose=100,
)
