"""Reviews of cosmetics as a shop's database holds them, with all its dirt, and what a clean-up must find.

The schema is that of a public review store: products, brands, images, reviews, and comments with nested JSON.
"""

from __future__ import annotations

import html
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least, below
from tamis.core.options import check_value
from tamis.core.rng import generator
from tamis.data.worlds import _cosmetics_words as words
from tamis.data.worlds._cosmetics_context import context_attributes, context_json
from tamis.data.worlds.world import Columns, Floats, Ints, as_time, check_sizes, draw, times

Mask = NDArray[np.bool_]
_Written = tuple[Ints, dict[str, NDArray[Any]], dict[str, NDArray[np.str_]], Floats]
_STEPS = np.array([-2.7, -2.0, -1.3, -0.35])  # score from which a rating is at least 2, 3, 4, 5


@dataclass(frozen=True)
class CosmeticsTruth:
    """What a correct clean-up finds.

    Parameters
    ----------
    valid_product : array of bool, (n_products,)
        Has an image, and is the first of its name by brand name.
    name, primary, secondary : arrays of str, (n_products,)
        Unescaped name; the first two categories, empty where there is none.
    price : array of shape (n_products,)
        Dollars; NaN where the text is missing or tells none.
    joined : array of bool, (n_comments,)
        Its product is valid; the others fall out of the join.
    kept : array of bool, (n_comments,)
        Joined, and the first of its (product, nickname, text).
    attributes : mapping of name to array of str, (n_comments,)
        The twelve context attributes, empty where any level is missing.
    rating_probability : array of shape (n_comments, 5)
        True probability of 1 to 5 stars: by product, and higher where the person's known skin type is the product's.
    """

    valid_product: Mask
    name: NDArray[np.str_]
    primary: NDArray[np.str_]
    secondary: NDArray[np.str_]
    price: Floats
    joined: Mask
    kept: Mask
    attributes: Mapping[str, NDArray[np.str_]]
    rating_probability: Floats


@dataclass(frozen=True)
class Cosmetics:
    """The five tables as mappings of column name to array, and the truth."""

    products: Columns
    brands: Columns
    images: Columns
    reviews: Columns
    comments: Columns
    truth: CosmeticsTruth


def cosmetics(n: int = 2_000, *, duplicates: float = 0.6, missing: float = 0.4, seed: int = 0) -> Cosmetics:
    """Return a review store with `n` comments, one product per 60.

    The dirt: copies of comments, products without image or with the name of another, categories of 0 to 4 levels or
    none at all, prices such as "$32.00 ($54/oz)", HTML entities in names, context attributes that are missing at any
    level of the JSON. About 61 % of the ratings are fives.

    Parameters
    ----------
    n : int
        Comments, copies included.
    duplicates : float
        Share of comments that are copies, from 0 to below 1.
    missing : float
        Share of context attributes that are missing, from 0 to below 1.
    seed : int

    Examples
    --------
    >>> store = cosmetics(100)
    >>> len(store.comments["id"]), sorted(store.truth.attributes)[:2]
    (100, ['IncentivizedReview', 'StaffContext'])
    """
    check_sizes("cosmetics", n=n)
    for name, share in (("duplicates", duplicates), ("missing", missing)):
        check_value("cosmetics", name, share, Annotated[float, at_least(0), below(1)])
    random = generator(seed, 8)
    products, truth = _products(random, max(n // 60, 12))
    comments, rest = _comments(random, n, duplicates, truth.pop("skin"), missing)
    joined = truth["valid_product"][comments["cosmetics_review_id"] - 1]
    return Cosmetics(
        products,
        {"id": np.arange(1, len(words.BRANDS) + 1), "name": np.array(words.BRANDS)},
        _images(random, products["id"], truth.pop("image")),
        {"id": np.arange(1, len(products["id"]) + 1), "cosmetics_product_id": products["id"]},
        comments,
        CosmeticsTruth(**truth, joined=joined, kept=joined & rest.pop("first"), **rest),
    )


def _products(random: np.random.Generator, n: int) -> tuple[Columns, dict[str, Any]]:
    brand = random.integers(0, len(words.BRANDS), n)
    name = np.array([f"{a} {b}" for a in words.ADJECTIVES for b in words.NOUNS])[np.arange(n) % 80]
    name = np.where(np.arange(n) >= 80, np.char.add(np.char.add(name, " No. "), (np.arange(n) // 80).astype(str)), name)
    image = random.random(n) >= 0.08
    # every ninth product has the name of the one before, of another brand, and both have images
    twin = np.arange(8, n, 9)
    name[twin], brand[twin] = name[twin - 1], (brand[twin - 1] + 1) % len(words.BRANDS)
    image[twin] = image[twin - 1] = True
    valid = image.copy()
    brand_name = np.array(words.BRANDS)[brand]
    later = brand_name[twin] > brand_name[twin - 1]
    valid[np.where(later, twin, twin - 1)] = False
    dollars = np.asarray(np.round(np.exp(random.normal(3.3, 0.6, n)), 2), np.float64)
    price, told = _prices(random, dollars)
    categories, primary, secondary = _categories(random, n)
    keys = np.array([str(uuid.UUID(bytes=random.bytes(16), version=4)) for _ in range(n)])
    listed = random.random((n, len(words.INGREDIENTS))) < 0.5
    ingredients = np.array([", ".join(np.array(words.INGREDIENTS)[row]) for row in listed])
    columns = {
        "id": keys,
        "name": name,
        "cosmetics_brand_id": brand + 1,
        "categories": categories,
        "ingredients": ingredients,
        "price": price,
        "size": np.where(random.random(n) < 0.8, "1.7 oz/ 50 mL", ""),
    }
    truth = {
        "valid_product": valid,
        "image": image,
        "name": np.array([html.unescape(one) for one in name]),
        "primary": primary,
        "secondary": secondary,
        "price": told,
        "skin": random.integers(0, len(words.CONTEXT["skinType"]), n),
    }
    return columns, truth


def _prices(random: np.random.Generator, dollars: Floats) -> tuple[NDArray[Any], Floats]:
    plain = np.char.mod("$%.2f", dollars)
    per_ounce = np.char.mod(" ($%.0f/oz)", dollars / 1.7)
    form = random.choice(4, len(dollars), p=[0.6, 0.3, 0.06, 0.04])
    text = np.select([form == 0, form == 1, form == 2], [plain, np.char.add(plain, per_ounce), "see in store"], "")
    missing: Any = None
    return np.where(form == 3, missing, text.astype(object)), np.where(form < 2, dollars, np.nan)


def _categories(random: np.random.Generator, n: int) -> tuple[NDArray[Any], NDArray[np.str_], NDArray[np.str_]]:
    weight = np.array([count for count, _ in words.CATEGORIES.values()], float)
    first = draw(random, (weight / weight.sum())[None, :], np.zeros(n, np.int64))
    depth = random.choice([-1, 0, 1, 2, 3, 4], n, p=[0.02, 0.04, 0.24, 0.4, 0.2, 0.1])
    names = list(words.CATEGORIES)
    texts: list[str | None] = []
    for row, levels in enumerate(depth.tolist()):
        primary = names[first[row]]
        below_it = words.CATEGORIES[primary][1]
        path = [primary, below_it[row % len(below_it)], "Face & Body", "Travel"][: max(levels, 0)]
        listed = ", ".join(f'"{name}"' for name in path)
        texts.append(None if levels < 0 else f'{{"classification": [{listed}], "ordered": true}}')
    seconds = [words.CATEGORIES[names[f]][1] for f in first.tolist()]
    second = np.array([of[row % len(of)] for row, of in enumerate(seconds)])
    return (
        np.array(texts, object),
        np.where(depth >= 1, np.array(names)[first], ""),
        np.where(depth >= 2, second, ""),
    )


def _images(random: np.random.Generator, keys: NDArray[np.str_], has: Mask) -> Columns:
    owner = np.repeat(np.flatnonzero(has), random.integers(1, 4, int(has.sum())))
    number = np.arange(1, len(owner) + 1)
    missing: Any = None
    stored = np.char.mod("s3://images/%d.jpg", number).astype(object)
    return {
        "id": number,
        "cosmetics_product_id": keys[owner],
        "image_url": np.char.mod("https://shop.example/images/%d.jpg", number),
        "s3_image_url": np.where(random.random(len(owner)) < 0.7, stored, missing),
        "source": np.full(len(owner), "shop"),
    }


def _comments(
    random: np.random.Generator, n: int, duplicates: float, skin_of_product: Ints, missing: float
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    written = max(1, round(n * (1 - duplicates)))
    product, columns, attributes, probability = _written(random, written, skin_of_product, missing)
    source = random.permutation(np.concatenate([np.arange(written), random.integers(0, written, n - written)]))
    first = np.zeros(n, bool)
    first[np.unique(source, return_index=True)[1]] = True
    created = as_time(times(random, n, 365))
    comments = {
        "id": np.arange(1, n + 1),
        "cosmetics_review_id": product[source] + 1,
        **{name: column[source] for name, column in columns.items()},
        "createdAt": created,
        "updatedAt": created + np.timedelta64(1, "D"),
    }
    truth = {
        "first": first,
        "attributes": {name: column[source] for name, column in attributes.items()},
        "rating_probability": probability[source],
    }
    return comments, truth


def _written(random: np.random.Generator, n: int, skin_of_product: Ints, missing: float) -> _Written:
    product = random.integers(0, len(skin_of_product), n)
    # most people write once, some often
    person = (n * 0.65 * random.random(n) ** 1.5).astype(np.int64)
    attributes, state = context_attributes(random, person, missing)
    quality = random.normal(0.0, 0.5, len(skin_of_product))
    suits = attributes["skinType"] == np.array(words.CONTEXT["skinType"])[skin_of_product[product]]
    score = quality[product] + 0.9 * suits
    above = 1.0 / (1.0 + np.exp(_STEPS - score[:, None]))
    at_least_ = np.column_stack([np.ones(n), above, np.zeros(n)])
    probability = at_least_[:, :-1] - at_least_[:, 1:]
    rating = 1 + (random.random(n)[:, None] < above).sum(axis=1)
    text = np.char.add(np.array(words.OPINIONS)[rating - 1], np.char.mod(" (%d)", np.arange(n)))
    submitted = as_time(times(random, n, 300))
    columns = {
        "user_nickname": np.char.mod("person%d", person),
        "rating": rating,
        "review_text": text,
        "review_title": np.array(["Bad", "Meh", "Fine", "Good", "Great"])[rating - 1],
        "avataar_url": np.char.mod("https://shop.example/faces/%d.png", person),
        "submitted_date": submitted,
        "modified_date": submitted + np.timedelta64(1, "D"),
        "other_data": context_json(attributes, state),
    }
    return product, columns, attributes, probability
