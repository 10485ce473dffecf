from .evaluator import BatchEvaluator
from .feature_map import chosen_classes, feature_map_points
from .metrics import CalibrationError, ClassOverlap, ShotAccuracy
from .summary import in_percent, summarize
from .work_dir import WorkDir, read_work_dir

__all__ = [
    'BatchEvaluator',
    'CalibrationError',
    'ClassOverlap',
    'ShotAccuracy',
    'WorkDir',
    'chosen_classes',
    'feature_map_points',
    'in_percent',
    'read_work_dir',
    'summarize',
]
