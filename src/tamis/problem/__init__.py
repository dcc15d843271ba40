"""Step 1 and 3 of a design: the objective, what an outcome is worth, limits, plans, and the record that holds them."""

from tamis.problem.architecture import Architecture, Component, ComponentKind, Extension, Link
from tamis.problem.architecture_catalogue import POPULAR_ARCHITECTURES, PopularArchitecture, popular_architecture
from tamis.problem.constraints import Contradiction, Hardware, Requirements, Rules, Scale, Timing
from tamis.problem.fact import Fact
from tamis.problem.formulation import Formulation, Step
from tamis.problem.funnel_plan import FunnelPlan, PlannedStage, plan_funnel
from tamis.problem.goal import Goal
from tamis.problem.guardrails import Guardrail, GuardrailCheck, check_guardrails
from tamis.problem.ladder import Difference, Ladder, LadderStep, Level, Rung, climb
from tamis.problem.model_choice import RATED_MODELS, ComparedModel, Factor, ModelComparison, compare_models
from tamis.problem.need import Need, NeedVerdict
from tamis.problem.objective import Maximize
from tamis.problem.outcomes import OUTCOME_GUIDES, LabelRule, Outcome, OutcomeGuide, outcome_named
from tamis.problem.questions import QUESTIONS, AskedQuestion, Clarifications, Question
from tamis.problem.surroundings import Surrounding, surroundings
from tamis.problem.translation import CATEGORY_GUIDES, Category, CategoryGuide, Translation, translate
from tamis.problem.value import Times, Value, Weighted, default_weights

__all__ = [
    "CATEGORY_GUIDES",
    "OUTCOME_GUIDES",
    "POPULAR_ARCHITECTURES",
    "QUESTIONS",
    "RATED_MODELS",
    "Architecture",
    "AskedQuestion",
    "Category",
    "CategoryGuide",
    "Clarifications",
    "ComparedModel",
    "Component",
    "ComponentKind",
    "Contradiction",
    "Difference",
    "Extension",
    "Fact",
    "Factor",
    "Formulation",
    "FunnelPlan",
    "Goal",
    "Guardrail",
    "GuardrailCheck",
    "Hardware",
    "LabelRule",
    "Ladder",
    "LadderStep",
    "Level",
    "Link",
    "Maximize",
    "ModelComparison",
    "Need",
    "NeedVerdict",
    "Outcome",
    "OutcomeGuide",
    "PlannedStage",
    "PopularArchitecture",
    "Question",
    "Requirements",
    "Rules",
    "Rung",
    "Scale",
    "Step",
    "Surrounding",
    "Times",
    "Timing",
    "Translation",
    "Value",
    "Weighted",
    "check_guardrails",
    "climb",
    "compare_models",
    "default_weights",
    "outcome_named",
    "plan_funnel",
    "popular_architecture",
    "surroundings",
    "translate",
]
