from .calibrated_cls_head import CalibratedClsHead
from .causal_cls_head import CausalClsHead
from .cosine_cls_head import CosineClsHead
from .logit_adjusted_cls_head import LogitAdjustedClsHead
from .lws_cls_head import LWSClsHead
from .multi_expert_cls_head import MultiExpertClsHead
from .ncl_cls_head import NCLClsHead
from .sade_cls_head import SADEClsHead
from .tau_norm_cls_head import TauNormClsHead
from .vmf_cls_head import VMFClsHead

__all__ = [
    'CalibratedClsHead',
    'CausalClsHead',
    'CosineClsHead',
    'LWSClsHead',
    'LogitAdjustedClsHead',
    'MultiExpertClsHead',
    'NCLClsHead',
    'SADEClsHead',
    'TauNormClsHead',
    'VMFClsHead',
]
