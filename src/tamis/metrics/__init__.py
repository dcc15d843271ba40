"""Step 2, metrics: the only place where a quantity is defined. Each file opens with its five conventions."""

from tamis.metrics.baselines import base_rate, majority_class, most_popular, training_mean
from tamis.metrics.beyond_accuracy import (
    average_popularity,
    catalogue_coverage,
    exposure,
    exposure_gini,
    head_share,
    mean_age,
    novelty,
    popularity_rank,
    serendipity,
)
from tamis.metrics.calibration import Reliability, SegmentCalibration, calibration_by_segment, reliability
from tamis.metrics.chooser import MetricChoice, Purpose, choose_metric
from tamis.metrics.classification import BinaryCounts, Confusion, accuracy, binary_counts, confusion_matrix
from tamis.metrics.curves import ThresholdCurve, pr_auc, roc_auc, roc_auc_one_vs_rest, threshold_curve
from tamis.metrics.diversity import intra_list_diversity, intra_list_tag_diversity
from tamis.metrics.edges import EdgePrediction, edge_prediction
from tamis.metrics.graded_ranking import dcg, ndcg, pairwise_accuracy
from tamis.metrics.latency import Latency, summarise_latency
from tamis.metrics.lists import RankedLists
from tamis.metrics.measured import Comparison, Measured, bootstrap_interval, compare
from tamis.metrics.multi_task import Head, MultiTaskReport, multi_task_report
from tamis.metrics.nearest_neighbours import neighbour_recall
from tamis.metrics.online import (
    acting_user_share,
    bounce_rate,
    click_through_rate,
    conversion_rate,
    hide_rate,
    rate,
    reaction_rates,
    session_success_rate,
)
from tamis.metrics.probability import brier_score, categorical_cross_entropy, log_loss, normalised_cross_entropy
from tamis.metrics.ranking import (
    average_precision,
    hit_rate_at_k,
    precision_at_k,
    r_precision,
    recall_at_k,
    reciprocal_rank,
)
from tamis.metrics.regression import (
    absolute_error,
    absolute_percentage_error,
    huber_error,
    quantile_coverage,
    r_squared,
    root_mean_squared_error,
    share_within,
    squared_error,
)
from tamis.metrics.thresholds import (
    ChosenThreshold,
    best_f_threshold,
    cheapest_threshold,
    threshold_for_precision,
    threshold_for_recall,
)
from tamis.metrics.value import lift, mean_time, return_on_investment, total_per_user

__all__ = [
    "BinaryCounts",
    "ChosenThreshold",
    "Comparison",
    "Confusion",
    "EdgePrediction",
    "Head",
    "Latency",
    "Measured",
    "MetricChoice",
    "MultiTaskReport",
    "Purpose",
    "RankedLists",
    "Reliability",
    "SegmentCalibration",
    "ThresholdCurve",
    "absolute_error",
    "absolute_percentage_error",
    "accuracy",
    "acting_user_share",
    "average_popularity",
    "average_precision",
    "base_rate",
    "best_f_threshold",
    "binary_counts",
    "bootstrap_interval",
    "bounce_rate",
    "brier_score",
    "calibration_by_segment",
    "catalogue_coverage",
    "categorical_cross_entropy",
    "cheapest_threshold",
    "choose_metric",
    "click_through_rate",
    "compare",
    "confusion_matrix",
    "conversion_rate",
    "dcg",
    "edge_prediction",
    "exposure",
    "exposure_gini",
    "head_share",
    "hide_rate",
    "hit_rate_at_k",
    "huber_error",
    "intra_list_diversity",
    "intra_list_tag_diversity",
    "lift",
    "log_loss",
    "majority_class",
    "mean_age",
    "mean_time",
    "most_popular",
    "multi_task_report",
    "ndcg",
    "neighbour_recall",
    "normalised_cross_entropy",
    "novelty",
    "pairwise_accuracy",
    "popularity_rank",
    "pr_auc",
    "precision_at_k",
    "quantile_coverage",
    "r_precision",
    "r_squared",
    "rate",
    "reaction_rates",
    "recall_at_k",
    "reciprocal_rank",
    "reliability",
    "return_on_investment",
    "roc_auc",
    "roc_auc_one_vs_rest",
    "root_mean_squared_error",
    "serendipity",
    "session_success_rate",
    "share_within",
    "squared_error",
    "summarise_latency",
    "threshold_curve",
    "threshold_for_precision",
    "threshold_for_recall",
    "total_per_user",
    "training_mean",
]
