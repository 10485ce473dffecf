from mmlt.star_imports import public_names

from .fcc_neck import *

__all__ = public_names(globals())
