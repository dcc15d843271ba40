"""The value sets of the cosmetics world: categories, context attributes, names."""

from __future__ import annotations

CATEGORIES = {
    "Skincare": (50_990, ("Moisturizers", "Cleansers", "Masks")),
    "Makeup": (45_355, ("Face", "Lip", "Eye")),
    "Hair": (19_668, ("Shampoo & Conditioner", "Styling")),
    "Fragrance": (17_979, ("Women", "Home")),
    "Bath & Body": (3_686, ("Body Moisturizers",)),
    "Men": (1_949, ("Shaving",)),
    "Mini Size": (1_393, ("Skincare",)),
    "Tools & Brushes": (743, ("Brushes",)),
    "Gifts": (15, ("Value Sets",)),
}
"""Primary category: relative frequency and the secondary ones."""

CONTEXT = {
    "StaffContext": ("false", "true"),
    "VerifiedPurchaser": ("True", "False"),
    "skinConcerns": (
        "acne", "aging", "blackheads", "calluses", "cellulite", "cuticles", "darkCircles", "dullness",
        "pores", "puffiness", "redness", "sensitivity", "stretchMarks", "sunDamage", "unevenSkinTones",
    ),
    "skinType": ("normal", "dry", "oily", "combination"),
    "IncentivizedReview": ("false", "true"),
    "hairCondition": (
        "dry", "curly", "fine", "chemicallyTreated", "normal", "coarse", "oily", "wavy", "straight",
    ),
    "hairColor": ("blonde", "brunette", "black", "auburn", "gray", "red"),
    "beautyInsider": ("no", "yes", "yesvib", "yesvibr"),
    "skinTone": ("porcelain", "fair", "light", "medium", "olive", "tan", "dark", "deep", "ebony"),
    "age": ("13to17", "18to24", "25to34", "35to44", "45to54", "over54"),
    "eyeColor": ("green", "blue", "hazel", "brown", "gray"),
    "hairConcerns": (
        "antiAging", "brassiness", "colorProtection", "curlEnhancing", "damaged", "dandruff", "frizz",
        "heatProtection", "hold", "oiliness", "shine", "straightening", "thinning",
    ),
}  # fmt: skip
"""The twelve context attributes of a review and their values."""

OF_COMMENT = frozenset({"StaffContext", "VerifiedPurchaser", "IncentivizedReview"})
"""Attributes of one comment; the others belong to the person and are the same in all their comments."""

BRANDS = ("Aurore", "Bell &amp; Thorn", "Caf&eacute; Lune", "Dune", "Elsinore", "Fable", "Gl&ouml;gg", "Harbour")
ADJECTIVES = ("Velvet", "Daily", "Cr&egrave;me", "Bright", "Night", "Pure", "Soft", "Bold")
NOUNS = ("Balm", "Serum", "Mist", "Tint", "Wash", "Oil", "Mask", "Gloss", "Powder", "Scrub")
INGREDIENTS = (
    "Water",
    "Glycerin",
    "Niacinamide",
    "Squalane",
    "Parfum",
    "Titanium Dioxide",
    "Tocopherol",
    "Citric Acid",
)
OPINIONS = ("Did nothing for me.", "Not for my skin.", "It is fine.", "I like it.", "Love it, will buy again!")
