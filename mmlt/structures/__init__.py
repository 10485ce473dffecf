from mmlt.environment import has_trainer
from mmlt.star_imports import public_names

from .image_predictions import *
from .mixed_labels import *
from .predictions import *

if has_trainer():
    from .batch_data_sample import *

__all__ = public_names(globals())
