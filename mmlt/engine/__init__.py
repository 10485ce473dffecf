from mmlt.environment import has_trainer, require_trainer
from mmlt.star_imports import public_names

if not has_trainer():
    require_trainer()

from .hooks import *
from .loops import *
from .optim_wrappers import *
from .param_schedulers import *
from .strategies import *
from .vis_backends import *

__all__ = public_names(globals())
