from .calibration_error import CalibrationError
from .class_overlap import ClassOverlap
from .long_tail_metric import LongTailMetric
from .misclassified_area import MisclassifiedArea
from .shot_accuracy import ShotAccuracy

__all__ = [
    'CalibrationError',
    'ClassOverlap',
    'LongTailMetric',
    'MisclassifiedArea',
    'ShotAccuracy',
]
