"""From a review shop's database to two flat tables: reviews with their attributes, and products. Every step reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tamis.core.clock import Clock
from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.data.cleaning import drop_duplicates, missing_report
from tamis.data.groups import count_per_group
from tamis.data.joins import join_by_key
from tamis.data.readers import write_table
from tamis.data.report import Report
from tamis.data.tables import computed, open_table
from tamis.data.values import lift, parse_price, primary_secondary, unescape_html

if TYPE_CHECKING:
    import ibis

ATTRIBUTES = (
    "StaffContext",
    "VerifiedPurchaser",
    "skinConcerns",
    "skinType",
    "IncentivizedReview",
    "hairCondition",
    "hairColor",
    "beautyInsider",
    "skinTone",
    "age",
    "eyeColor",
    "hairConcerns",
)
"""What reviewers say of themselves, at `other_data.context_data_values.<name>.Value`."""

_PRIMARY, _SECONDARY = "product_category_primary", "product_category_secondary"
_KEPT_ATTRIBUTES = {
    "brand": "brand",
    "product": "name",
    _PRIMARY: _PRIMARY,
    _SECONDARY: _SECONDARY,
}


@dataclass(frozen=True)
class ReviewFigures:
    """What is in a review table.

    Parameters
    ----------
    rows : int
    missing : dict of column to float
        Percent without a value, largest first.
    ratings : dict of rating to float
        Share of the rows with a rating, by rating.
    categories : dict of primary category to int
        Rows, most first; None for reviews of products without one.
    duplicate_rate : float
        Share of the joined comments that repeated an earlier one.
    """

    rows: int
    missing: dict[str, float]
    ratings: dict[float, float]
    categories: dict[str | None, int]
    duplicate_rate: float


@dataclass(frozen=True)
class CleanReviews:
    """The two tables, not yet written, and what every step did."""

    reviews: ibis.Table
    products: ibis.Table
    reports: tuple[Report, ...]

    def report(self, step: str) -> Report:
        """Return the report of a step by the words it ends with."""
        return next(report for report in self.reports if report.where.endswith(step))

    def figures(self) -> ReviewFigures:
        """Return what is in the review table."""
        copies = self.report("one of each review")
        rows = int(self.reviews.count().to_pyarrow().as_py())
        rated = count_per_group(self.reviews.filter(self.reviews.rating.notnull()), ["rating"]).to_pyarrow().to_pylist()
        total = max(sum(row["count"] for row in rated), 1)
        categories = count_per_group(self.reviews, [_PRIMARY]).to_pyarrow().to_pylist()
        return ReviewFigures(
            rows,
            missing_report(self.reviews),
            {float(row["rating"]): row["count"] / total for row in sorted(rated, key=lambda row: row["rating"])},
            {row[_PRIMARY]: row["count"] for row in categories},
            (copies.rows_in - copies.rows_out) / max(copies.rows_in, 1),
        )


@options
class ReviewTables:
    """Clean a review shop's five tables into reviews and products.

    1. valid products: known brand, at least one image, one row per name (the first by name, then brand), own id;
    2. comments joined to reviews, products and brands; whatever finds no partner is dropped and counted;
    3. twelve attributes of the reviewer lifted from `other_data`, missing at any level is null;
    4. the first and second category as two columns, whatever the length of the list;
    5. one row per product, nickname and text: the first by comment id, before any split.

    HTML entities in names become characters; a price such as "$32.00 ($54/oz)" becomes 32.0, one without a number null.

    Parameters
    ----------
    products : source
        id, name, cosmetics_brand_id, categories (JSON with a list at `classification`), ingredients, price, size.
    brands : source
        id, name.
    images : source
        cosmetics_product_id.
    reviews : source
        id, cosmetics_product_id.
    comments : source
        id, cosmetics_review_id, user_nickname, rating, review_text, other_data (JSON), and any further columns.

    Notes
    -----
    A source is anything that an `Entity` takes: a file, a `Table` of a database (take its password from the
    environment), columns in memory.

    Raises
    ------
    OptionError
        Where a source is missing.
    """

    products: Any
    brands: Any
    images: Any
    reviews: Any
    comments: Any

    def check_options(self) -> None:
        """Check that every source is there."""
        for name in ("products", "brands", "images", "reviews", "comments"):
            if getattr(self, name) is None:
                raise OptionError(f"`{name}` is missing", where="ReviewTables", allowed="a path, a Table or columns")

    def clean(self, root: Path | None = None) -> CleanReviews:
        """Return the clean tables; `root` is where relative paths start.

        Raises
        ------
        DataError
            Where a table or column is missing or of a wrong type.
        """
        products, reports = self._valid_products(root)
        comments = open_table(self.comments, root)
        joined = Report("2 comments that have a review")
        take = {"product_id": "cosmetics_product_id"}
        rows = join_by_key(
            comments,
            self._table("reviews", root),
            joined,
            on={"cosmetics_review_id": "id"},
            take=take,
            unmatched="drop",
        )
        kept = Report("2 comments of a valid product")
        rows = join_by_key(rows, products, kept, on={"product_id": "id"}, take=_KEPT_ATTRIBUTES, unmatched="drop")
        paths = {name: ("context_data_values", name, "Value") for name in ATTRIBUTES}
        rows, lifted = lift(rows, "other_data", paths)
        lifted.where = "3 attributes lifted"
        rows = computed(rows.drop("other_data"), "reviews")
        rows, single = drop_duplicates(rows, ["product_id", "user_nickname", "review_text"], order_by=["id"])
        single.where = "5 one of each review"
        catalogue = products.rename(product_id="id", product="name").drop("cosmetics_brand_id")
        return CleanReviews(computed(rows, "reviews"), catalogue, (*reports, joined, kept, lifted, single))

    def write(
        self,
        folder: Path,
        *,
        clock: Clock,
        root: Path | None = None,
        format: Literal["parquet", "csv"] = "parquet",
    ) -> tuple[Path, Path, CleanReviews]:
        """Clean, and write `reviews_<seconds>` and `products_<seconds>` into `folder`; return both paths and the tables.

        Rows are ordered by product and comment id, then by all columns: the same tables give the same bytes.

        Raises
        ------
        DataError
            Where a table or column is missing or of a wrong type, or the file exists.
        """
        made = self.clean(root)
        moment = clock()
        paths = [
            write_table(table, folder, name, clock=lambda: moment, order_by=order, format=format)
            for table, name, order in (
                (made.reviews, "reviews", ["product_id", "id"]),
                (made.products, "products", ["product_id"]),
            )
        ]
        return paths[0], paths[1], made

    def _table(self, name: str, root: Path | None) -> Any:
        # one row per id, so that a join never makes two rows of one
        table, _ = drop_duplicates(open_table(getattr(self, name), root), ["id"])
        return table

    def _valid_products(self, root: Path | None) -> tuple[Any, list[Report]]:
        brands, _ = unescape_html(self._table("brands", root), ["name"])
        table = open_table(self.products, root)
        table, own_id = drop_duplicates(table, ["id"])
        own_id.where = "1 products with an id of their own"
        branded = Report("1 products of a known brand")
        on = {"cosmetics_brand_id": "id"}
        table = join_by_key(table, brands, branded, on=on, take={"brand": "name"}, unmatched="drop")
        pictured = Report("1 products with an image")
        images = open_table(self.images, root).select("cosmetics_product_id").distinct()
        take = {"pictured": "cosmetics_product_id"}
        table = join_by_key(table, images, pictured, on={"id": "cosmetics_product_id"}, take=take, unmatched="drop")
        table, _ = unescape_html(table.drop("pictured"), ["name"])
        table, single = drop_duplicates(table, ["name"], order_by=["name", "brand"])
        single.where = "1 one product per name"
        table, levels = primary_secondary(table, "categories", path=["classification"], names=(_PRIMARY, _SECONDARY))
        levels.where = "4 primary and secondary category"
        table, priced = parse_price(table, ["price"])
        priced.where = "4 prices read"
        return computed(table, "products"), [own_id, branded, pictured, single, levels, priced]


__all__ = ["ATTRIBUTES", "CleanReviews", "ReviewFigures", "ReviewTables"]
