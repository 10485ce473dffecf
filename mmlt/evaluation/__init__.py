from mmlt.structures import Predictions, load_predictions, save_predictions

from .evaluator import BatchEvaluator
from .feature_map import chosen_classes, feature_map_points
from .metrics import (
    CalibrationError,
    ClassOverlap,
    LongTailMetric,
    MisclassifiedArea,
    ShotAccuracy,
)
from .run_numbers import run_numbers, training_numbers
from .summary import in_percent, summarize

__all__ = [
    'BatchEvaluator',
    'CalibrationError',
    'ClassOverlap',
    'LongTailMetric',
    'MisclassifiedArea',
    'Predictions',
    'ShotAccuracy',
    'chosen_classes',
    'feature_map_points',
    'in_percent',
    'run_numbers',
    'load_predictions',
    'save_predictions',
    'summarize',
    'training_numbers',
]
