from .evaluator import BatchEvaluator
from .metrics import CalibrationError, ClassOverlap, ShotAccuracy
from .summary import in_percent, summarize

__all__ = [
    'BatchEvaluator',
    'CalibrationError',
    'ClassOverlap',
    'ShotAccuracy',
    'in_percent',
    'summarize',
]
