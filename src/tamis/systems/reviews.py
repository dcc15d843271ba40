"""The reviews of a cosmetics shop, cleaned once for the systems that recommend from them: a data step, no funnel.

Expects five tables beside this file:

- `cosmetics_products.parquet`: id, name, cosmetics_brand_id, categories (JSON: `{"classification": [...]}`),
  ingredients, price ("$32.00 ($54/oz)"), size.
- `cosmetics_brands.parquet`: id, name.
- `cosmetics_images.parquet`: cosmetics_product_id.
- `cosmetics_reviews.parquet`: id, cosmetics_product_id.
- `cosmetics_review_comments.parquet`: id, cosmetics_review_id, user_nickname, rating, review_text, review_title,
  submitted_date, other_data (JSON).

Straight from a database, with the password in the environment alone:
`tm.Table("cosmetics_products", database=os.environ["SHOP_DATABASE"])`.

`tamis build reviews.py` writes `reviews_<seconds>.parquet` and `products_<seconds>.parquet` beside it and says what every
step did; renamed to `reviews.parquet` and `products.parquet` they feed `ratings.py`, `ingredients.py` and
`similar_products.py`.
"""

from tamis.data.reviews import ReviewTables

tables = ReviewTables(
    products="cosmetics_products.parquet",
    brands="cosmetics_brands.parquet",
    images="cosmetics_images.parquet",
    reviews="cosmetics_reviews.parquet",
    comments="cosmetics_review_comments.parquet",
)
