"""Products with alike ingredients: from one product (`--item`), or from what a person liked.

Expects two tables beside this file; `reviews.py` makes both:

- `products.parquet`: product_id, product, brand, product_category_primary, ingredients (comma-separated).
- `reviews.parquet`: user_nickname, product_id, rating (1 to 5), submitted_date.

Likeness is the cosine of TF-IDF vectors of the ingredient names, rare ingredients weighing more; why = the ingredients
that two products share. A product without ingredients is like nothing: popular products of its category stand in.
"""

import tamis as tm
from tamis.models import TextVectors, WeightedSum
from tamis.models.text_vectors import Tokens
from tamis.stages.filter import Duplicates, NotSeen
from tamis.stages.rerank import AtMost
from tamis.stages.retrieve import Popular, SimilarContent

products = tm.Entity(
    "products.parquet",
    id="product_id",
    product=tm.Text(),
    brand=tm.Category(),
    product_category_primary=tm.Category(),
    ingredients=tm.Text(),
)
reviewers = tm.Entity(id="user_nickname")
reviews = tm.Events("reviews.parquet", user=reviewers, item=products, at="submitted_date", value="rating")
liked = reviews.where(value=tm.at_least(4))

alike = tm.Funnel(
    "ingredients",
    objective=tm.Maximize(liked, why="products liked by one person are the only sign of a good substitute at hand"),
    retrieve=[
        SimilarContent(products.ingredients, liked, model=TextVectors(tokens=Tokens.COMMA_LIST)),
        Popular(liked),
    ],
    filter=[NotSeen(reviews), Duplicates(products.product)],
    judge=tm.Judge(
        WeightedSum(
            {
                "similar-content.score": 1.0,
                "products.product_category_primary.overlap": 0.1,
                "popular.score": 1e-6,
            }
        ),
        features=[products.product_category_primary.overlap(liked)],
    ),
    rerank=[AtMost(3, per=products.brand)],
    show=10,
    propose=500,
)
