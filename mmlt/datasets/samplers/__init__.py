from mmlt.star_imports import public_names

from .long_tail_sampler import *
from .shuffled_sampler import *

__all__ = public_names(globals())
