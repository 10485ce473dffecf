from mmlt.star_imports import public_names

from .full_state_fsdp_strategy import *

__all__ = public_names(globals())
