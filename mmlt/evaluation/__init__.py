from .evaluator import BatchEvaluator
from .metrics import CalibrationError, ShotAccuracy

__all__ = ['BatchEvaluator', 'CalibrationError', 'ShotAccuracy']
