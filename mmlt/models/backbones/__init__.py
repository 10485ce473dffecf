from mmlt.star_imports import public_names

from .adapt_former import *
from .cifar_resnet import *
from .fused_expert_cifar_resnet import *
from .multi_expert_cifar_resnet import *
from .multi_expert_resnet import *
from .parallel_backbones import *
from .resnet10 import *

__all__ = public_names(globals())
