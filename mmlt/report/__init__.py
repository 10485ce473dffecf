"""From the folders of finished runs to tables, pictures and one page."""

from mmlt.star_imports import public_names

from .build import *
from .names import *
from .page import *
from .record import *

__all__ = public_names(globals())
