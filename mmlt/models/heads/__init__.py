from .calibrated_cls_head import CalibratedClsHead
from .causal_cls_head import CausalClsHead
from .cosine_cls_head import CosineClsHead
from .lws_cls_head import LWSClsHead
from .tau_norm_cls_head import TauNormClsHead
from .vmf_cls_head import VMFClsHead

__all__ = [
    'CalibratedClsHead',
    'CausalClsHead',
    'CosineClsHead',
    'LWSClsHead',
    'TauNormClsHead',
    'VMFClsHead',
]
