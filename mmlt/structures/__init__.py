from mmlt.star_imports import public_names

from .batch_data_sample import *
from .image_predictions import *
from .mixed_labels import *
from .predictions import *

__all__ = public_names(globals())
