from mmlt.star_imports import public_names

from .distill_classifier import *
from .long_tail_classifier import *
from .multi_view_classifier import *
from .ncl_classifier import *
from .parametric_contrast_classifier import *
from .shifted_norm_classifier import *
from .two_view_classifier import *

__all__ = public_names(globals())
