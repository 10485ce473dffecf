from .evaluator import BatchEvaluator
from .metrics import CalibrationError, ClassOverlap, ShotAccuracy

__all__ = [
    'BatchEvaluator',
    'CalibrationError',
    'ClassOverlap',
    'ShotAccuracy',
]
