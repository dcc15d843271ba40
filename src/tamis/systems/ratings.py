"""Products each person would rate highest among those they have not reviewed, by biased matrix factorisation.

Expects one table beside this file:

- `reviews.parquet`: user_nickname, product_id, rating (1 to 5), submitted_date; `reviews.py` makes it.

`tamis evaluate` prints the error of the predicted ratings beside the mean rating and biases alone, on a random fifth of
the reviews. People rate what they bought, so a high predicted rating does not say that they would choose it: the page
has popular products beside the predicted ones.
"""

import tamis as tm
from tamis.stages.filter import NotSeen
from tamis.stages.retrieve import Popular, RatedHighest

products = tm.Entity(id="product_id")
reviewers = tm.Entity(id="user_nickname")
reviews = tm.Events("reviews.parquet", user=reviewers, item=products, at="submitted_date", value="rating")
liked = reviews.where(value=tm.at_least(4))

best_unseen = tm.Funnel(
    "ratings",
    objective=tm.Maximize(liked, why="a rating of 4 or more says that the product was worth its price"),
    retrieve=[RatedHighest(reviews, y_range=(0.5, 5.5), factors=40, epochs=20, weight_decay=1.0), Popular(liked)],
    filter=[NotSeen(reviews)],
    show=20,
)
