from mmlt.star_imports import public_names

from .balpoe_cls_head import *
from .calibrated_cls_head import *
from .causal_cls_head import *
from .cosine_cls_head import *
from .disalign_cls_head import *
from .logit_adjusted_cls_head import *
from .lws_cls_head import *
from .mdcs_cls_head import *
from .multi_expert_cls_head import *
from .ncl_cls_head import *
from .reading import *
from .ride_cls_head import *
from .sade_cls_head import *
from .shike_cls_head import *
from .tau_norm_cls_head import *
from .vmf_cls_head import *

__all__ = public_names(globals())
