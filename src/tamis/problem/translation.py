"""From a business objective to a learning task: what goes in, what comes out, which category, loss and metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from tamis.problem.fact import Fact
from tamis.problem.objective import Maximize
from tamis.problem.outcomes import Outcome


class Category(Enum):
    """The categories of learning tasks."""

    BINARY = "binary classification"
    MULTICLASS = "multi-class classification"
    MULTILABEL = "multi-label classification"
    REGRESSION = "regression"
    RANKING = "ranking"
    CLUSTERING = "clustering"
    SEQUENCE = "sequence prediction"


@dataclass(frozen=True)
class CategoryGuide:
    """What a category predicts, the losses it learns with and the metrics it is read by."""

    predicts: str
    losses: tuple[str, ...]
    metrics: tuple[str, ...]


CATEGORY_GUIDES: Mapping[Category, CategoryGuide] = MappingProxyType(
    {
        Category.BINARY: CategoryGuide(
            "a probability", ("binary cross-entropy", "focal"), ("roc auc", "pr auc", "log loss", "calibration")
        ),
        Category.MULTICLASS: CategoryGuide(
            "one probability per class, summing to 1", ("categorical cross-entropy",), ("accuracy", "macro f1")
        ),
        Category.MULTILABEL: CategoryGuide(
            "one probability per label", ("binary cross-entropy per label",), ("micro f1", "pr auc per label")
        ),
        Category.REGRESSION: CategoryGuide(
            "an amount", ("mean squared error", "mean absolute error", "huber"), ("mean absolute error", "r squared")
        ),
        Category.RANKING: CategoryGuide(
            "a score to sort by",
            ("pointwise cross-entropy", "pairwise logistic", "lambda gradient", "listwise softmax"),
            ("ndcg", "map", "mrr", "recall at k"),
        ),
        Category.CLUSTERING: CategoryGuide(
            "a group without given labels", ("within-group squared distance",), ("silhouette", "adjusted rand index")
        ),
        Category.SEQUENCE: CategoryGuide(
            "the next element, or a label per element",
            ("sequence negative log-likelihood",),
            ("perplexity", "token f1"),
        ),
    }
)


@dataclass(frozen=True)
class Translation:
    """An objective said as a learning task.

    Parameters
    ----------
    objective : str
        The business objective in words.
    input, output : str
    category : Category

    Examples
    --------
    >>> task = Translation("fewer harmful posts", "post", "harmful or not", Category.BINARY)
    >>> task.losses
    ('binary cross-entropy', 'focal')
    """

    objective: str
    input: str
    output: str
    category: Category

    @property
    def losses(self) -> tuple[str, ...]:
        """The loss family of the category."""
        return CATEGORY_GUIDES[self.category].losses

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of the category."""
        return CATEGORY_GUIDES[self.category].metrics

    def facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about the learning task."""
        task = f"{self.input} to {self.output}, as {self.category.value}"
        return (Fact("learning task", task), Fact("loss family", ", ".join(self.losses)))


_CHOICES: Mapping[Outcome | None, tuple[tuple[Category, str], ...]] = {
    Outcome.RELEVANCE: (
        (Category.RANKING, "items sorted by relevance"),
        (Category.BINARY, "the probability that the item is relevant"),
        (Category.REGRESSION, "the expected rating"),
    ),
    Outcome.CLICKS: ((Category.BINARY, "the probability of a click"), (Category.RANKING, "items sorted by click")),
    Outcome.COMPLETIONS: (
        (Category.BINARY, "the probability of finishing the item"),
        (Category.REGRESSION, "the share of the item consumed"),
    ),
    Outcome.TIME_SPENT: (
        (Category.REGRESSION, "the expected time spent"),
        (Category.BINARY, "the probability of consuming at least half"),
    ),
    Outcome.PURCHASES: (
        (Category.BINARY, "the probability of a purchase"),
        (Category.RANKING, "items graded by click, cart and purchase"),
    ),
    Outcome.LIKES: (
        (Category.BINARY, "the probability of a like"),
        (Category.MULTILABEL, "the probability of every reaction"),
    ),
    Outcome.SHARES: (
        (Category.BINARY, "the probability of a share"),
        (Category.MULTILABEL, "the probability of every reaction"),
    ),
    Outcome.CONNECTIONS: (
        (Category.BINARY, "the probability of a new edge between two people"),
        (Category.RANKING, "people sorted by the chance of an accepted request"),
    ),
    Outcome.REVENUE: (
        (Category.REGRESSION, "the expected revenue"),
        (Category.BINARY, "the probability of a purchase, times its price"),
    ),
    None: ((Category.BINARY, "the probability of the outcome"), (Category.RANKING, "items sorted by the outcome")),
}


def translate(objective: Maximize, *, input: str = "user, item and context") -> tuple[Translation, ...]:
    """Return the learning tasks that could serve an objective, the usual one first.

    One business goal may be learnt in several ways; where the kind of outcome is not in the catalogue, the two that
    always apply are given.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> for task in translate(Maximize(SimpleNamespace(name="watched"))):
    ...     print(task.category.value, "|", task.output)
    regression | the expected time spent
    binary classification | the probability of consuming at least half
    """
    guide = objective.guide
    choices = _CHOICES[None if guide is None else guide.outcome]
    return tuple(Translation(str(objective), input, output, category) for category, output in choices)
