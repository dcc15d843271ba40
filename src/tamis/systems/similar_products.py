"""Similar products: neighbours in the factor space of ratings, mixed with ingredients, price and category.

Expects two tables beside this file; `reviews.py` makes both:

- `products.parquet`: product_id, product, brand, price (dollars), product_category_primary, ingredients.
- `reviews.parquet`: user_nickname, product_id, rating (1 to 5), submitted_date.

Start from one product (`tamis recommend FILE --item ID`) or from what a person reviewed last. The mix is chosen by hand,
for nobody labels similarity. What the factors group together: `tamis.models.factor_report`.
"""

import tamis as tm
from tamis.models import RatingFactors, TextVectors, WeightedSum
from tamis.models.text_vectors import Tokens
from tamis.stages.filter import Duplicates, NotSeen
from tamis.stages.rerank import AtMost
from tamis.stages.retrieve import SimilarContent, SimilarFactors

products = tm.Entity(
    "products.parquet",
    id="product_id",
    product=tm.Text(),
    brand=tm.Category(),
    price=tm.Number(),
    product_category_primary=tm.Category(),
    ingredients=tm.Text(),
)
reviewers = tm.Entity(id="user_nickname")
reviews = tm.Events("reviews.parquet", user=reviewers, item=products, at="submitted_date", value="rating")
liked = reviews.where(value=tm.at_least(4))

similar = tm.Funnel(
    "similar-products",
    objective=tm.Maximize(liked, why="a product liked after a similar one is the nearest thing to a substitution"),
    retrieve=[
        SimilarFactors(reviews, model=RatingFactors(factors=40, epochs=20, weight_decay=1.0), last=1),
        SimilarContent(products.ingredients, reviews, model=TextVectors(tokens=Tokens.COMMA_LIST), last=1),
    ],
    filter=[NotSeen(reviews), Duplicates(products.product)],
    judge=tm.Judge(
        WeightedSum(
            {
                "similar-factors.score": 0.4,
                "similar-content.score": 0.3,
                "products.price.closeness": 0.2,
                "products.product_category_primary.overlap": 0.1,
            }
        ),
        features=[
            products.price.closeness(reviews),
            products.product_category_primary.overlap(reviews),
        ],
    ),
    rerank=[AtMost(3, per=products.brand)],
    show=10,
    propose=500,
)
