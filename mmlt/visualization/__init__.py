"""Named numbers to pictures; nothing is computed here."""

from mmlt.star_imports import public_names

from .by_count import *
from .calibrators import *
from .class_counts import *
from .clusters import *
from .curves import *
from .learning_rates import *
from .matrices import *
from .planes import *
from .recall import *
from .reliability import *
from .strategies import *
from .style import *

__all__ = public_names(globals())
