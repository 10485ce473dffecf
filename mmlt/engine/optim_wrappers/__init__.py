from mmlt.star_imports import public_names

from .autocast_optim_wrapper import *
from .sam_optim_wrapper import *
from .trained_weights_constructor import *

__all__ = public_names(globals())
