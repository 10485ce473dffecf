from mmlt.structures import Predictions, load_predictions, save_predictions

from .evaluator import BatchEvaluator
from .metrics import (
    CalibrationError,
    ClassOverlap,
    LongTailMetric,
    MisclassifiedArea,
    ShotAccuracy,
)
from .summary import in_percent, summarize

__all__ = [
    'BatchEvaluator',
    'CalibrationError',
    'ClassOverlap',
    'LongTailMetric',
    'MisclassifiedArea',
    'Predictions',
    'ShotAccuracy',
    'in_percent',
    'load_predictions',
    'save_predictions',
    'summarize',
]
