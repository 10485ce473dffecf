from .calibration_error import CalibrationError
from .class_overlap import ClassOverlap
from .shot_accuracy import ShotAccuracy

__all__ = ['CalibrationError', 'ClassOverlap', 'ShotAccuracy']
