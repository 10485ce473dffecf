from mmlt.star_imports import public_names

from .auto_augment import *
from .color import *
from .cutout import *
from .geometry import *
from .graded_augment import *
from .manifold_mixup import *
from .minority_cutmix import *
from .mixup import *
from .remix import *
from .rotation import *
from .views import *

__all__ = public_names(globals())
