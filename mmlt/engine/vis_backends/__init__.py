from mmlt.star_imports import public_names

from .strict_json_vis_backend import *

__all__ = public_names(globals())
