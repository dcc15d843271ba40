"""The popular architectures: what each is for in plain words, and which parts it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tamis.core.errors import OptionError, nearest


@dataclass(frozen=True)
class PopularArchitecture:
    """An architecture that many systems share.

    Parameters
    ----------
    name : str
    parts : tuple of str
        Ids of the parts it is made of in the ledger of parts: L for models, K for losses, R for retrieval, ...
    when : str
        When to use it.
    source : str
        Author, year and link.
    """

    name: str
    parts: tuple[str, ...]
    when: str
    source: str


_KNOWN = (
    PopularArchitecture(
        "two-stage funnel",
        ("A08", "A09", "R16"),
        "more items than a good ranker can score in time: fetch a few hundred cheaply, then rank them well",
        "Covington, Adams and Sargin (2016), https://doi.org/10.1145/2959100.2959190",
    ),
    PopularArchitecture(
        "two-tower",
        ("L25", "R04", "R15", "K10"),
        "retrieval from millions by nearest vector, also for new users and items that have features but no events",
        "Yi and others (2019), https://doi.org/10.1145/3298689.3346996",
    ),
    PopularArchitecture(
        "wide and deep",
        ("L21",),
        "many crossed categories to memorise beside patterns to generalise",
        "Cheng and others (2016), https://arxiv.org/abs/1606.07792",
    ),
    PopularArchitecture(
        "deep and cross",
        ("L22",),
        "click prediction where crosses matter and nobody wants to pick them by hand",
        "Wang, Fu, Fu and Wang (2017), https://arxiv.org/abs/1708.05123",
    ),
    PopularArchitecture(
        "multi-task",
        ("L26", "K18", "A07"),
        "several reactions to predict for the same pair, some of them rare",
        "Caruana (1997), https://doi.org/10.1023/A:1007379606734",
    ),
    PopularArchitecture(
        "transformer",
        ("L36", "L37"),
        "order and context decide, in text or in a long history of events, and there is much data",
        "Vaswani and others (2017), https://arxiv.org/abs/1706.03762",
    ),
    PopularArchitecture(
        "encoder and decoder",
        ("L37", "L40", "L81"),
        "a sequence goes in and another comes out: translation, summary, speech to text",
        "Sutskever, Vinyals and Le (2014), https://arxiv.org/abs/1409.3215",
    ),
    PopularArchitecture(
        "student and teacher",
        ("K20",),
        "a large model is good and too slow: a small one learns to imitate it",
        "Hinton, Vinyals and Dean (2015), https://arxiv.org/abs/1503.02531",
    ),
    PopularArchitecture(
        "contrastive",
        ("L46", "L47", "L48", "K08"),
        "pairs that belong together are known and labels are not: images and their captions, two views of one image",
        "Chen, Kornblith, Norouzi and Hinton (2020), https://arxiv.org/abs/2002.05709",
    ),
    PopularArchitecture(
        "BERT",
        ("L43", "L37"),
        "understanding a whole text at once: classify it, tag its words, or turn it into a vector",
        "Devlin, Chang, Lee and Toutanova (2019), https://arxiv.org/abs/1810.04805",
    ),
    PopularArchitecture(
        "T5",
        ("L43", "L40"),
        "many text tasks under one roof, each said as text in and text out",
        "Raffel and others (2020), https://arxiv.org/abs/1910.10683",
    ),
    PopularArchitecture(
        "GPT",
        ("L43", "L37", "L80"),
        "text is written on from a prompt: suggestions, dialogue",
        "Radford and others (2019), https://openai.com/index/better-language-models",
    ),
    PopularArchitecture(
        "two-stage detector",
        ("L50", "L54", "K16"),
        "objects must be found exactly and there is time for a second look",
        "Ren, He, Girshick and Sun (2015), https://arxiv.org/abs/1506.01497",
    ),
    PopularArchitecture(
        "one-stage detector",
        ("L51", "L54", "K14"),
        "objects must be found many times per second",
        "Redmon, Divvala, Girshick and Farhadi (2016), https://arxiv.org/abs/1506.02640",
    ),
    PopularArchitecture(
        "vision transformer",
        ("L41", "L36"),
        "images, with very many of them or a model trained on very many",
        "Dosovitskiy and others (2021), https://arxiv.org/abs/2010.11929",
    ),
)

POPULAR_ARCHITECTURES: Mapping[str, PopularArchitecture] = MappingProxyType({a.name: a for a in _KNOWN})
"""The catalogue by name."""


def popular_architecture(name: str) -> PopularArchitecture:
    """Return an entry of the catalogue.

    Raises
    ------
    OptionError
        Where the name is not there.

    Examples
    --------
    >>> popular_architecture("two-tower").parts
    ('L25', 'R04', 'R15', 'K10')
    """
    if name not in POPULAR_ARCHITECTURES:
        raise OptionError(
            f"no architecture {name!r}",
            where="popular_architecture",
            allowed=", ".join(POPULAR_ARCHITECTURES),
            nearest=nearest(name, POPULAR_ARCHITECTURES),
        )
    return POPULAR_ARCHITECTURES[name]
