from mmlt.star_imports import public_names

from .published_cosine_lr import *

__all__ = public_names(globals())
