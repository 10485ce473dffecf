from mmlt.environment import has_trainer
from mmlt.star_imports import public_names

from .samplers import *

if has_trainer():
    from .bad_images import *
    from .cifar_lt import *
    from .class_names import *
    from .collate import *
    from .digits_lt import *
    from .five_crops import *
    from .held_out_split import *
    from .hidden_files import *
    from .imagenet_lt import *
    from .in_memory import *
    from .inaturalist18 import *
    from .list_file import *
    from .long_tailed_list import *
    from .long_tailed_subset import *
    from .minimalist_crop import *
    from .multi_view_collate import *
    from .places_lt import *
    from .shared_images import *

__all__ = public_names(globals())
