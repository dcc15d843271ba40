"""The steps of a review data set, one after another, on tables small enough to do by hand."""

import json

from tamis.core.clock import fixed_clock
from tamis.data.cleaning import FillFromOwn, drop_duplicates, drop_missing_rows, missing_report
from tamis.data.groups import groups_with_more_than
from tamis.data.joins import join_by_key
from tamis.data.readers import write_table
from tamis.data.report import Report
from tamis.data.tables import open_table
from tamis.data.values import lift, primary_secondary, unescape_html

PRODUCTS = {
    "id": ["p1", "p2", "p3", "p4"],
    "name": ["Kiehl&#39;s Balm", "Mask", "Mask", "No picture"],
    "brand_id": [1, 2, 1, 1],
    "categories": [
        json.dumps({"classification": names}) for names in (["Skincare", "Lip", "Balm"], ["Skincare"], [], ["Hair"])
    ],
}
BRANDS = {"id": [1, 2], "brand": ["Kiehl&#39;s", "Avène"]}
IMAGES = {"product_id": ["p1", "p2", "p3", "p3"]}


def other(skin):
    return json.dumps({"context_data_values": {"skinType": {"Value": skin}} if skin else {}})


COMMENTS = {
    "product_id": ["p1", "p1", "p1", "p2", "p2", "gone", "p4"],
    "user_nickname": ["ann", "ann", "ann", "ann", None, "bob", "bob"],
    "review_text": ["good", "good", "better", "fine", "bad", "lost", "lost too"],
    "rating": [5, 5, 4, 3, 1, 2, 2],
    "other_data": [other("dry"), other("dry"), other(None), other(None), other("oily"), None, other("dry")],
}


def build():
    reports = []
    products, report = unescape_html(open_table(PRODUCTS), ["name"])
    products = products.semi_join(open_table(IMAGES), [("id", "product_id")])
    products, report = drop_duplicates(products, ["name"], order_by=["name", "brand_id"])
    reports.append(report)
    products, report = primary_secondary(products, "categories", path=["classification"])
    brands, _ = unescape_html(open_table(BRANDS), ["brand"])
    products = join_by_key(products, brands, Report("brands"), on={"brand_id": "id"}, take={"brand": "brand"})
    joined = Report("comments")
    take = {"product": "name", "brand": "brand", "primary": "categories_primary", "secondary": "categories_secondary"}
    reviews = join_by_key(open_table(COMMENTS), products, joined, on={"product_id": "id"}, take=take, unmatched="drop")
    reviews, _ = lift(reviews, "other_data", {"skinType": ("context_data_values", "skinType", "Value")})
    reviews, deduplicated = drop_duplicates(
        reviews.drop("other_data"), ["product_id", "user_nickname", "review_text"], order_by=["rating"]
    )
    return reviews, [*reports, joined, deduplicated]


def test_counts_of_every_step_and_the_rows_at_the_end(tmp_path):
    reviews, reports = build()
    # two products are called Mask: the one of the first brand, p3, stays, so reviews of p2 find no product
    assert [(r.rows_in, r.rows_out) for r in reports] == [(3, 2), (7, 3), (3, 2)]
    assert reports[1].counts() == {"without a match": 4}
    rows = reviews.order_by("rating").to_pyarrow().to_pylist()
    assert rows[1] == {
        "product_id": "p1",
        "user_nickname": "ann",
        "review_text": "good",
        "rating": 5,
        "product": "Kiehl's Balm",
        "brand": "Kiehl's",
        "primary": "Skincare",
        "secondary": "Lip",
        "skinType": "dry",
    }
    assert missing_report(reviews)["skinType"] == 50.0
    whole, _ = FillFromOwn(per="user_nickname", columns=("skinType",)).fit(reviews).apply(reviews)
    assert missing_report(whole)["skinType"] == 0.0
    assert drop_missing_rows(reviews, ["skinType"])[1].counts() == {"no `skinType`": 1}
    assert groups_with_more_than(whole, ["user_nickname"], 1)[1].rows_out == 2
    paths = [
        write_table(build()[0], tmp_path / str(i), "reviews", clock=fixed_clock(10**15), format="csv") for i in (1, 2)
    ]
    assert paths[0].name == "reviews_1000000000.csv"
    assert paths[0].read_bytes() == paths[1].read_bytes()
