from mmlt.star_imports import public_names

from .five_crop_test_loop import *

__all__ = public_names(globals())
