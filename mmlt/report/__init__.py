"""From the folders of finished runs to tables, pictures and one page."""

from mmlt.star_imports import public_names

from .build import *
from .page import *
from .runs import *

__all__ = public_names(globals())
