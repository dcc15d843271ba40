"""Contract suites for parts of your own: plain functions that raise `ContractError` with a one-line reason."""

from tamis.testing.calibrator import check_calibrator
from tamis.testing.contracts import ContractError, kinds_of, stages_found
from tamis.testing.declared import Declared, declare
from tamis.testing.feature import check_feature
from tamis.testing.predictor import check_predictor
from tamis.testing.stage import check_stage
from tamis.testing.system import check_system

__all__ = [
    "ContractError",
    "Declared",
    "check_calibrator",
    "check_feature",
    "check_predictor",
    "check_stage",
    "check_system",
    "declare",
    "kinds_of",
    "stages_found",
]
