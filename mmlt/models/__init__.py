from mmlt.star_imports import public_names

from .backbones import *
from .batch_augments import *
from .classifiers import *
from .data_preprocessor import *
from .heads import *
from .losses import *
from .momentum_contrast import *
from .necks import *
from .two_view_data_preprocessor import *

__all__ = public_names(globals())
