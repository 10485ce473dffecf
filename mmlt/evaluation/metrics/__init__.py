from mmlt.star_imports import public_names

from .calibration_error import *
from .class_overlap import *
from .long_tail_metric import *
from .macro_accuracy import *
from .misclassified_area import *
from .shot_accuracy import *

__all__ = public_names(globals())
