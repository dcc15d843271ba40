"""Every check lets a right part pass and names the rule that a broken one breaks."""

import dataclasses

import numpy as np
import pytest

from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.ragged import position, top_k_rows
from tamis.core.stages import Kept, Order
from tamis.core.words import Candidates, Verdicts
from tamis.data.declarations import EventTable
from tamis.data.worlds import checkerboard, two_tastes
from tamis.models.constant_rate import ConstantRate
from tamis.models.platt import Platt
from tamis.problem import Maximize
from tamis.shapes import Funnel, Judge
from tamis.stages.filter.not_seen import NotSeen
from tamis.stages.retrieve.item_to_item import ItemToItem
from tamis.stages.retrieve.popular import Popular
from tamis.stages.retrieve.random import Random
from tamis.testing import (
    ContractError,
    check_calibrator,
    check_feature,
    check_predictor,
    check_stage,
    check_system,
    declare,
    kinds_of,
    stages_found,
)

SHOP = declare(checkerboard(24, 14, per_user=5))
EVENTS = SHOP.events


def fails(check, message, *given):
    with pytest.raises(ContractError, match=message) as error:
        check(*given)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(type(given[0]).__name__)


# --- retrievers


@options
class Counted:
    """A right retriever: items by their number of events, live, those of training last."""

    events: EventTable = EVENTS

    def fit(self, dataset):
        self.counts_ = np.bincount(dataset.events(self.events).item, minlength=dataset.n_items).astype(float)
        return self

    def scores(self, queries):
        require_fitted(self, "counts_")
        live = [queries.past.item_counts(self.events, int(at)) for at in queries.at]
        fitted = np.concatenate([self.counts_, np.zeros(queries.past.n_items - len(self.counts_))])
        return np.stack([10 * one + fitted for one in live]) if live else np.zeros((0, queries.past.n_items))

    def retrieve(self, queries, k):
        scores = self.scores(queries)
        query, item = top_k_rows(scores, k)
        return Candidates(query, item.astype(np.int32), len(queries), {"score": scores[query, item]})

    def save(self, folder):
        save_fitted(self, folder)

    def load(self, folder):
        return load_fitted(self, folder)


class WritesToUsers(Counted):
    def retrieve(self, queries, k):
        found = super().retrieve(queries, k)
        queries.user[queries.user < 0] = 0
        return found


class WritesToContext(Counted):
    def retrieve(self, queries, k):
        if "hour" in queries.context:
            queries.context["hour"][:] = 3
        return super().retrieve(queries, k)


class PeeksWhenAnswering(Counted):
    def scores(self, queries):
        require_fitted(self, "counts_")
        return super().scores(queries) + queries.past.item_counts(self.events, 2**61)


class CountsTheMomentItself(Counted):
    def scores(self, queries):
        return super().scores(dataclasses.replace(queries, at=queries.at + 1))


class PeeksWhenTraining(Counted):
    def fit(self, dataset):
        everything = dataset.store.select(self.events)
        self.counts_ = np.bincount(everything.item, minlength=dataset.n_items).astype(float)
        return self


class LooksAtItsNeighbours(Counted):
    def scores(self, queries):
        return super().scores(queries) * len(queries)


class NeverTheSame(Counted):
    def scores(self, queries):
        require_fitted(self, "counts_")
        return np.random.default_rng().random((len(queries), queries.past.n_items))


class LearnsAtRandom(Counted):
    def fit(self, dataset):
        self.counts_ = np.random.default_rng().random(dataset.n_items)
        return self


class WithoutScore(Counted):
    def retrieve(self, queries, k):
        return dataclasses.replace(super().retrieve(queries, k), columns={})


class ScoresNaN(Counted):
    def retrieve(self, queries, k):
        found = super().retrieve(queries, k)
        return dataclasses.replace(found, columns={"score": np.full(len(found), np.nan)})


class BeyondTheCatalogue(Counted):
    def retrieve(self, queries, k):
        found = super().retrieve(queries, k)
        return dataclasses.replace(found, item=found.item + 5)


class SameItemTwice(Counted):
    def retrieve(self, queries, k):
        found = super().retrieve(queries, k)
        return dataclasses.replace(found, item=np.zeros_like(found.item))


class IgnoresK(Counted):
    def retrieve(self, queries, k):
        return super().retrieve(queries, 9)


class FailsOnStrangers(Counted):
    def retrieve(self, queries, k):
        if (queries.user < 0).any():
            raise KeyError("who is this?")
        return super().retrieve(queries, k)


class FailsWithoutHistory(Counted):
    def retrieve(self, queries, k):
        history = queries.past.history(self.events, queries.user, queries.at)
        np.bincount(history.query, minlength=len(queries)).astype(float)[:1].item()
        if len(queries) == 1 and len(history.query) == 0:
            raise IndexError("nothing to start from")
        return super().retrieve(queries, k)


class FailsOnNobody(Counted):
    def retrieve(self, queries, k):
        queries.at.max()
        return super().retrieve(queries, k)


class FailsAtKZero(Counted):
    def retrieve(self, queries, k):
        np.ones(k).max()
        return super().retrieve(queries, k)


class FailsAboveTheCatalogue(Counted):
    def retrieve(self, queries, k):
        np.argpartition(np.zeros(14), k)
        return super().retrieve(queries, k)


class FailsOnNewItems(Counted):
    def scores(self, queries):
        require_fitted(self, "counts_")
        live = [queries.past.item_counts(self.events, int(at)) for at in queries.at]
        return np.stack([one + self.counts_ for one in live]) if live else np.zeros((0, 14))


class ForgetsHalf(Counted):
    def save(self, folder):
        half = dataclasses.replace(self)
        half.counts_ = self.counts_ * 0
        save_fitted(half, folder)


class FitGivesNothing(Counted):
    def fit(self, dataset):
        super().fit(dataset)


class FailsEarly(Counted):
    def retrieve(self, queries, k):
        self.counts_.sum()
        return super().retrieve(queries, k)


@options
class ChangesItsOptions:
    held: list

    def fit(self, dataset):
        self.held.append(1)
        return self

    def retrieve(self, queries, k):
        return Random().retrieve(queries, k)

    def save(self, folder): ...

    def load(self, folder):
        return self


class GivesAList(Counted):
    def retrieve(self, queries, k):
        super().retrieve(queries, k)
        return [1, 2, 3]


class AnswersOneOnly(Counted):
    def retrieve(self, queries, k):
        return super().retrieve(queries.rows(slice(0, 1)), k)


BROKEN_RETRIEVERS = {
    WritesToUsers: "changes its input `queries.user`",
    WritesToContext: "changes its input `queries.context\\['hour'\\]` asked with item and text",
    PeeksWhenAnswering: "its answer depends on events at or after the moment",
    CountsTheMomentItself: "its answer depends on events at or after the moment",
    PeeksWhenTraining: "its training depends on events at or after the moment",
    LooksAtItsNeighbours: "answers request 0 in a batch and alone differently",
    NeverTheSame: "answers twice differently",
    LearnsAtRandom: "learns differently the second time",
    WithoutScore: "gives no column `score`",
    ScoresNaN: "gives a NaN score",
    BeyondTheCatalogue: "gives a code outside the catalogue. Allowed: 0 to 13",
    SameItemTwice: "gives an item twice",
    IgnoresK: "gives more than k = 5 items. Got: 9",
    FailsOnStrangers: "fails plainly asked, with k = 5 .KeyError: 'who is this",
    FailsWithoutHistory: "fails plainly asked, with k = 5, alone .IndexError",
    FailsOnNobody: "fails on an empty batch .ValueError",
    FailsAtKZero: "fails plainly asked, with k = 0",
    FailsAboveTheCatalogue: "fails plainly asked, with k = 21 .ValueError: kth",
    FailsOnNewItems: "fails for a user and an item that came after training .ValueError",
    ForgetsHalf: "answers differently after save and load: `item` in row",
    FitGivesNothing: "`fit` does not return the part itself. Got: 'NoneType'",
    FailsEarly: "fails before `fit` with AttributeError. Allowed: NotFittedError",
    GivesAList: "does not return Candidates",
    AnswersOneOnly: "answers another number of requests",
}


def test_a_right_retriever_passes():
    check_stage(Counted(), SHOP.dataset)
    check_stage(Counted())


@pytest.mark.parametrize("part", BROKEN_RETRIEVERS)
def test_a_broken_retriever_is_named_with_its_rule(part):
    fails(check_stage, BROKEN_RETRIEVERS[part], part(), SHOP.dataset)


def test_a_part_that_learns_but_cannot_be_saved_is_refused():
    @options
    class Unsaved:
        def fit(self, dataset):
            return self

        def retrieve(self, queries, k):
            return Random().retrieve(queries, k)

    fails(check_stage, "learns but cannot be saved", Unsaved(), SHOP.dataset)


def test_a_fit_that_changes_options_is_refused():
    fails(check_stage, "`fit` changes an option", ChangesItsOptions([]), SHOP.dataset)


def test_the_part_itself_is_never_fitted():
    part = Counted()
    check_stage(part, SHOP.dataset)
    assert not hasattr(part, "counts_")


# --- which contract


class Both:
    def retrieve(self, queries, k): ...

    def keep(self, queries, candidates): ...


class Neither:
    def recommend(self, queries): ...


class OptionNamedKeep:
    keep = 5

    def retrieve(self, queries, k):
        return Random().retrieve(queries, k)


def test_a_part_meets_exactly_one_contract():
    fails(check_stage, "meets two contracts at once.*Got: .'filter', 'retriever'", Both(), SHOP.dataset)
    fails(check_stage, "meets no contract.*retriever: retrieve", Neither(), SHOP.dataset)
    with pytest.raises(ContractError, match=r"Popular: is a class.*write the parentheses"):
        check_stage(Popular)
    assert kinds_of(OptionNamedKeep) == ("retriever",)
    check_stage(OptionNamedKeep(), SHOP.dataset)
    # an entity answers to any attribute name, and is no part by that
    assert kinds_of(SHOP.items) == ()
    assert kinds_of(SHOP.items.year) == ("feature",)
    for check, wrong in ((check_predictor, Platt()), (check_calibrator, ConstantRate()), (check_predictor, Random())):
        with pytest.raises(ContractError, match="is no"):
            check(wrong)


def test_stages_found_finds_public_parts_only():
    import tamis.stages.filter

    names = [cls.__name__ for cls in stages_found(tamis.stages.filter)]
    assert {"NotSeen", "Exclude", "Duplicates"} <= set(names)
    assert names == sorted(names)
    assert "Retriever" not in [cls.__name__ for cls in stages_found("tamis.core")]
    assert [cls.__name__ for cls in stages_found("tamis.stages.retrieve.random")] == ["Random"]


# --- filters


class EvenItems:
    """A right filter."""

    def keep(self, queries, candidates):
        return Kept(candidates.item % 2 == 0, "an odd item")


class EvenItemsEach(EvenItems):
    def keep(self, queries, candidates):
        odd = candidates.item % 2 != 0
        return Kept(~odd, np.where(odd, "odd", ""))


class NoReason(EvenItems):
    def keep(self, queries, candidates):
        return Kept(candidates.item % 2 == 0, "")


class SomeReasons(EvenItems):
    def keep(self, queries, candidates):
        return Kept(candidates.item % 2 == 0, np.where(candidates.item == 3, "", "odd"))


class ShortMask(EvenItems):
    def keep(self, queries, candidates):
        return Kept(np.ones(3, bool), "x")


class NumberMask(EvenItems):
    def keep(self, queries, candidates):
        return Kept((candidates.item % 2 == 0).astype(int), "x")


class MaskOnly(EvenItems):
    def keep(self, queries, candidates):
        return candidates.item % 2 == 0


class WritesToCandidates(EvenItems):
    def keep(self, queries, candidates):
        candidates["judge.value"][:] = 0
        return super().keep(queries, candidates)


class BelowTheMean(EvenItems):
    def keep(self, queries, candidates):
        value = candidates["judge.value"]
        return Kept(value >= value.mean() if len(value) else np.zeros(0, bool), "below the mean")


class SeenSometime(EvenItems):
    def keep(self, queries, candidates):
        past = queries.past
        timeline = past.timeline(EVENTS, (past.user, past.item))
        row, key = past.encode((past.user, past.item), queries.user[candidates.query], candidates.item)
        mask = np.ones(len(candidates), bool)
        mask[row] = timeline.count(key, np.full(len(key), 2**61)) == 0
        return Kept(mask, "seen")


class NoGaps(EvenItems):
    def keep(self, queries, candidates):
        if np.isnan(candidates["judge.value"]).any():
            raise ValueError("NaN")
        return super().keep(queries, candidates)


BROKEN_FILTERS = {
    NoReason: "removes a row without a reason",
    SomeReasons: "removes a row without a reason",
    ShortMask: "gives no bool per row",
    NumberMask: "gives no bool per row.*int",
    MaskOnly: "does not return Kept",
    WritesToCandidates: "changes its input `candidates\\['judge.value'\\]`",
    BelowTheMean: "in a batch and alone differently",
    SeenSometime: "depends on events at or after the moment",
    NoGaps: "fails on unknown items and NaN columns",
}


@pytest.mark.parametrize("part", [EvenItems(), EvenItemsEach(), NotSeen(EVENTS)])
def test_a_right_filter_passes(part):
    check_stage(part, SHOP.dataset)


@pytest.mark.parametrize("part", BROKEN_FILTERS)
def test_a_broken_filter_is_named_with_its_rule(part):
    fails(check_stage, BROKEN_FILTERS[part], part(), SHOP.dataset)


@options
class OneColour:
    """A right late filter: nothing of a colour that is chosen already."""

    def keep_late(self, queries, candidates, chosen):
        taken = np.unique(chosen.query * 2 + chosen.item % 2)
        return Kept(~np.isin(candidates.query * 2 + candidates.item % 2, taken), "its colour is there")


class OneColourOfAll(OneColour):
    def keep_late(self, queries, candidates, chosen):
        return Kept(~np.isin(candidates.item, chosen.item), "somebody has it")


def test_late_filters_are_checked_too():
    check_stage(OneColour(), SHOP.dataset)
    fails(check_stage, "in a batch and alone differently", OneColourOfAll(), SHOP.dataset)


# --- rerankers


@options
class EvenFirst:
    """A right reranker."""

    def order(self, candidates):
        return np.lexsort((np.arange(len(candidates)), candidates.item % 2, candidates.query))

    def rerank(self, queries, candidates, k):
        rows = self.order(candidates)
        return Order(rows, columns={"even": (candidates.item[rows] % 2 == 0).astype(float)})


class EvenOnly(EvenFirst):
    def rerank(self, queries, candidates, k):
        return Order(np.flatnonzero(candidates.item % 2 == 0), "odd")


class LosesRows(EvenFirst):
    def rerank(self, queries, candidates, k):
        return Order(np.flatnonzero(position(candidates.query) < k))


class RowTwice(EvenFirst):
    def rerank(self, queries, candidates, k):
        return Order(np.sort(np.concatenate([self.order(candidates), np.arange(len(candidates))[:1]])))


class MixesRequests(EvenFirst):
    def rerank(self, queries, candidates, k):
        return Order(np.argsort(-candidates["judge.value"], kind="stable"))


class UnknownRow(EvenFirst):
    def rerank(self, queries, candidates, k):
        return Order(self.order(candidates) + 1)


class ColumnInOldOrder(EvenFirst):
    def rerank(self, queries, candidates, k):
        return Order(self.order(candidates)[:-1], "one less", {"x": np.zeros(len(candidates))})


class OverAllRequests(EvenFirst):
    def rerank(self, queries, candidates, k):
        common = np.bincount(candidates.item + 1, minlength=20)[candidates.item + 1]
        return Order(np.lexsort((np.arange(len(candidates)), -common, candidates.query)))


class RandomOrder(EvenFirst):
    def rerank(self, queries, candidates, k):
        return Order(np.lexsort((np.random.default_rng().random(len(candidates)), candidates.query)))


BROKEN_RERANKERS = {
    LosesRows: "loses rows without a reason",
    RowTwice: "gives a row twice",
    MixesRequests: "mixes the rows of different requests",
    UnknownRow: "gives a row that was not there",
    ColumnInOldOrder: "the column `x` has another length",
    OverAllRequests: "in a batch and alone differently",
    RandomOrder: "answers twice differently",
}


@pytest.mark.parametrize("part", [EvenFirst(), EvenOnly()])
def test_a_right_reranker_passes(part):
    check_stage(part, SHOP.dataset)


@pytest.mark.parametrize("part", BROKEN_RERANKERS)
def test_a_broken_reranker_is_named_with_its_rule(part):
    fails(check_stage, BROKEN_RERANKERS[part], part(), SHOP.dataset)


# --- understanders and policies


@options
class LowerCase:
    """A right understander."""

    def understand(self, queries):
        if queries.text is None:
            return queries
        return dataclasses.replace(queries, text=[text.lower() for text in queries.text])


class DropsEmpty(LowerCase):
    def understand(self, queries):
        return queries if queries.text is None else queries.rows(np.array([text != "" for text in queries.text]))


class BecomesSomebody(LowerCase):
    def understand(self, queries):
        return dataclasses.replace(queries, user=np.zeros_like(queries.user))


class CommonWords(LowerCase):
    def understand(self, queries):
        return dataclasses.replace(queries, text=None if queries.text is None else sorted(queries.text))


class WritesToText(LowerCase):
    def understand(self, queries):
        if queries.text:
            queries.text[0] = "x"
        return queries


class TextOnly(LowerCase):
    def understand(self, queries):
        return dataclasses.replace(queries, text=[text.lower() for text in queries.text])


def test_understanders():
    check_stage(LowerCase(), SHOP.dataset)
    fails(check_stage, "does not return as many Queries", DropsEmpty(), SHOP.dataset)
    fails(check_stage, "changes who asks or when", BecomesSomebody(), SHOP.dataset)
    fails(check_stage, "in a batch and alone differently", CommonWords(), SHOP.dataset)
    fails(check_stage, "changes its input `queries.text`", WritesToText(), SHOP.dataset)
    fails(check_stage, "fails plainly asked .TypeError", TextOnly(), SHOP.dataset)


class HalfAndHalf:
    """A right policy."""

    limit = 0.5

    def act(self, candidates):
        p = np.nan_to_num(candidates["outcome.prediction"], nan=0.0)
        return Verdicts(np.where(p > self.limit, "show", "hide"), np.full(len(p), "limit"), p)


class AboveTheMedian(HalfAndHalf):
    def act(self, candidates):
        self.limit = np.median(candidates["outcome.prediction"]) if len(candidates) else 0.5
        return super().act(candidates)


class NoAction(HalfAndHalf):
    def act(self, candidates):
        return dataclasses.replace(super().act(candidates), action=np.full(len(candidates), ""))


class Percent(HalfAndHalf):
    def act(self, candidates):
        return dataclasses.replace(super().act(candidates), probability=candidates["outcome.prediction"] * 100)


class OneVerdict(HalfAndHalf):
    def act(self, candidates):
        return dataclasses.replace(super().act(candidates), decided_by=np.array("limit"))


def test_policies():
    check_stage(HalfAndHalf(), SHOP.dataset)
    fails(check_stage, "in a batch and alone differently", AboveTheMedian(), SHOP.dataset)
    fails(check_stage, "gives an empty `action`", NoAction(), SHOP.dataset)
    fails(check_stage, "gives a probability outside", Percent(), SHOP.dataset)
    fails(check_stage, "gives no `decided_by` per row", OneVerdict(), SHOP.dataset)


# --- features


class Seen:
    """A right feature: how many events the person has with anything."""

    columns = ("seen",)

    def read(self, queries, candidates):
        history = queries.past.history(EVENTS, queries.user, queries.at)
        counts = np.bincount(history.query, minlength=len(queries)).astype(np.float32)
        return counts[candidates.query]


class TwoNames(Seen):
    columns = ("seen", "others")


class SameName(Seen):
    columns = ("seen", "seen")

    def read(self, queries, candidates):
        one = super().read(queries, candidates)
        return np.stack([one, one], axis=1)


class SeenLater(Seen):
    def read(self, queries, candidates):
        return super().read(dataclasses.replace(queries, at=queries.at + 1), candidates)


class RankInBatch(Seen):
    def read(self, queries, candidates):
        return np.argsort(candidates["judge.value"]).astype(np.float32)


class Words(Seen):
    def read(self, queries, candidates):
        return np.full(len(candidates), "many")


class OtherBatch(Seen):
    def batch(self, dataset, rows):
        return rows.mutate(value=rows["at"].cast("float64") * 0 + 1).select("row", "value")


class BatchLosesRows(Seen):
    def batch(self, dataset, rows):
        return rows.filter(rows["user"] >= 0).mutate(value=rows["at"].cast("float64")).select("row", "value")


class LearnsInHiding(Seen):
    """Keeps what it learned where nobody saves it."""

    def fit(self, dataset):
        self.most = len(dataset.events(EVENTS))
        return self

    def read(self, queries, candidates):
        require_fitted(self, "most")
        return super().read(queries, candidates) / self.most


BROKEN_FEATURES = {
    LearnsInHiding: "`fit` changes an option",
    TwoNames: "has another shape than `columns`",
    SameName: "names a column twice",
    SeenLater: "depends on events at or after the moment",
    RankInBatch: "in a batch and alone differently",
    Words: "`read` gives no numbers",
    OtherBatch: "`read` and `batch` differ for user",
    BatchLosesRows: "`batch` does not give every row once",
}


def test_right_features_pass():
    check_feature(Seen(), SHOP.dataset)
    check_stage(EVENTS.count(per=(SHOP.users, SHOP.items.colour), within="9d"))
    with pytest.raises(ContractError, match="is no feature"):
        check_feature(Random(), SHOP.dataset)
    with pytest.raises(ContractError, match=r"names a table but no events.*hand in a dataset"):
        check_stage(SHOP.items.year)


@pytest.mark.parametrize("part", BROKEN_FEATURES)
def test_a_broken_feature_is_named_with_its_rule(part):
    fails(check_feature, BROKEN_FEATURES[part], part(), SHOP.dataset)


# --- predictors


class Mean:
    """A right predictor."""

    output = "probability"

    def fit(self, rows, label, *, weight=None, validation=None):
        if len(rows) == 0:
            from tamis.core.errors import DataError

            raise DataError("no rows to learn from", where="Mean")
        self.mean_ = float(np.average(label, weights=weight))
        return self

    def predict(self, rows):
        require_fitted(self, "mean_")
        return np.full(len(rows), self.mean_)

    def save(self, folder):
        save_fitted(self, folder)

    def load(self, folder):
        return load_fitted(self, folder)


class CentresOnTheBatch(Mean):
    def predict(self, rows):
        x = np.nan_to_num(rows.x[:, 0].astype(float))
        return 1 / (1 + np.exp(x.mean() - x)) if len(x) else x


class FillsGapsInPlace(Mean):
    def predict(self, rows):
        rows.x[np.isnan(rows.x)] = 0
        return super().predict(rows)


class SortsLabels(Mean):
    def fit(self, rows, label, *, weight=None, validation=None):
        label.sort()
        return super().fit(rows, label, weight=weight)


class KeepsGaps(Mean):
    def predict(self, rows):
        return super().predict(rows) + 0 * rows.x[:, 2]


class Odds(Mean):
    def predict(self, rows):
        return super().predict(rows) + 1


class Drawn(Mean):
    def fit(self, rows, label, *, weight=None, validation=None):
        super().fit(rows, label)
        self.mean_ = float(np.random.default_rng().random())
        return self


class NeedsBothClasses(Mean):
    def fit(self, rows, label, *, weight=None, validation=None):
        super().fit(rows, label, weight=weight)
        1 / int(label.sum())
        return self


class LearnsFromNothing(Mean):
    def fit(self, rows, label, *, weight=None, validation=None):
        self.mean_ = float(label.mean()) if len(label) else 0.0
        return self


class NoWeights(Mean):
    def fit(self, rows, label, *, weight=None, validation=None):
        if weight is not None:
            raise NotImplementedError
        return super().fit(rows, label)


class Matrix(Mean):
    def predict(self, rows):
        return super().predict(rows)[:, None]


BROKEN_PREDICTORS = {
    CentresOnTheBatch: "in a batch and alone differently",
    FillsGapsInPlace: "`predict` changes its input `rows.x`",
    SortsLabels: "`fit` changes its input `label`",
    KeepsGaps: "gives a number that is not finite",
    Odds: "gives a probability outside",
    Drawn: "learns differently the second time",
    NeedsBothClasses: "`fit` fails on labels that are all 0 .ZeroDivisionError",
    LearnsFromNothing: "learns from no rows at all",
    NoWeights: "`fit` fails .NotImplementedError",
    Matrix: "gives no number per row",
}


def test_a_right_predictor_passes():
    check_predictor(Mean())
    check_stage(Mean())


@pytest.mark.parametrize("part", BROKEN_PREDICTORS)
def test_a_broken_predictor_is_named_with_its_rule(part):
    fails(check_predictor, BROKEN_PREDICTORS[part], part())


# --- calibrators


class Falls(Platt):
    def calibrate(self, score):
        return 1 - super().calibrate(score)


class GapsStay(Platt):
    def calibrate(self, score):
        return super().calibrate(score) + 0 * score


class Scaled(Platt):
    def calibrate(self, score):
        p = super().calibrate(score)
        return p / p.max() if len(p) else p


class TwoTimes(Platt):
    def calibrate(self, score):
        return 2 * super().calibrate(score)


class Clips(Platt):
    def fit(self, score, label):
        score[score < 0.1] = 0.1
        return super().fit(score, label)


class ForgetsSlope(Platt):
    def load(self, folder):
        super().load(folder)
        self.slope_ = 0.0
        return self


BROKEN_CALIBRATORS = {
    Falls: "falls while the score rises",
    GapsStay: "gives a probability outside .*on NaN scores. Got: nan",
    Scaled: "in a batch and alone differently",
    TwoTimes: "gives a probability outside",
    Clips: "`fit` changes its input",
    ForgetsSlope: "answers differently after save and load",
}


@pytest.mark.parametrize("part", BROKEN_CALIBRATORS)
def test_a_broken_calibrator_is_named_with_its_rule(part):
    fails(check_calibrator, BROKEN_CALIBRATORS[part], part())


def test_a_right_calibrator_passes():
    check_stage(Platt())


# --- systems

TASTES = declare(two_tastes(60, 30, per_user=14))


def funnel(**more):
    from tamis.models.logistic import LogisticRegression

    events = TASTES.events
    judge = Judge(
        predictor=LogisticRegression(),
        features=[events.count(per=TASTES.items), events.count(per=(TASTES.users, TASTES.items))],
        calibrate=Platt(),
    )
    options = {"retrieve": [ItemToItem(events), Popular(events)], "filter": [NotSeen(events)], "judge": judge, **more}
    return Funnel("feed", objective=Maximize(events), show=6, propose=20, **options)


def test_a_right_system_passes_and_stays_untouched():
    system = funnel(rerank=[EvenFirst()], understand=[LowerCase()])
    check_system(system)
    assert not hasattr(system.judge, "predictors_")
    assert not hasattr(system.retrieve[0], "model_")
    one_hot = Judge(predictor=ConstantRate(), features=[SHOP.items.colour.one_hot()])
    check_system(
        Funnel("shop", objective=Maximize(EVENTS), retrieve=[Popular(EVENTS)], judge=one_hot, propose=9), SHOP.dataset
    )
    inner = funnel(judge=None)
    check_system(funnel(retrieve=[inner, Random()]), TASTES.dataset)
    assert not hasattr(inner.retrieve[0], "model_")
    check_system(funnel(judge=None, filter=[NotSeen(TASTES.events), OneColour()]), TASTES.dataset)


class QuietLoss(EvenFirst):
    def rerank(self, queries, candidates, k):
        return Order(np.flatnonzero(candidates.item % 5 != 0))


class CountsQueries(Counted):
    def scores(self, queries):
        return super().scores(queries) * len(queries)


class PeeksAtTastes(PeeksWhenAnswering):
    pass


BROKEN_SYSTEMS = {
    "quiet loss": (lambda: {"rerank": [QuietLoss()]}, "quiet-loss drops a row without a reason"),
    "no reason": (lambda: {"filter": [NoReason()]}, "no-reason drops a row without a reason"),
    "neighbours": (lambda: {"retrieve": [CountsQueries(TASTES.events)], "judge": None}, "in a batch and alone"),
    "future": (lambda: {"retrieve": [PeeksAtTastes(TASTES.events)], "judge": None}, "at or after the moment"),
    "forgets": (lambda: {"retrieve": [ForgetsHalf(TASTES.events)], "judge": None}, "after save and load"),
    "raises": (lambda: {"retrieve": [FailsOnStrangers(TASTES.events)], "judge": None}, "cannot answer in a batch"),
    "NaN": (lambda: {"judge": Judge(predictor=KeepsGapsEverywhere())}, "`judge.value` is NaN"),
    "learns nothing": (lambda: {"judge": Judge(predictor=NoWeights())}, "cannot be trained .NotImplementedError"),
}


class KeepsGapsEverywhere(Mean):
    def predict(self, rows):
        return super().predict(rows) * np.nan


@pytest.mark.parametrize("name", BROKEN_SYSTEMS)
def test_a_broken_system_is_named_with_its_rule(name):
    more, message = BROKEN_SYSTEMS[name]
    with pytest.raises(ContractError, match=f"Funnel 'feed': .*{message}"):
        check_system(funnel(**more()))
