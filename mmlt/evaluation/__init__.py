from mmlt.environment import has_trainer, require_trainer
from mmlt.star_imports import public_names
from mmlt.structures import Predictions

if not has_trainer():
    require_trainer()

from .evaluator import *
from .feature_map import *
from .metrics import *
from .prediction_numbers import *
from .run_numbers import *
from .summary import *

__all__ = public_names(globals())
