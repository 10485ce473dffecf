from .balanced_softmax_loss import BalancedSoftmaxLoss
from .cdt_loss import CDTLoss
from .class_balanced_ce_loss import ClassBalancedCELoss
from .class_balanced_focal_loss import ClassBalancedFocalLoss
from .class_feature_consistency_loss import ClassFeatureConsistencyLoss
from .deferred_loss import DeferredLoss
from .dive_loss import DiVELoss
from .inter_class_discrepancy_loss import InterClassDiscrepancyLoss
from .label_aware_smooth_loss import LabelAwareSmoothLoss
from .ldam_loss import LDAMLoss
from .logit_adjusted_loss import LogitAdjustedLoss
from .one_vs_all_focal_loss import OneVsAllFocalLoss

__all__ = [
    'BalancedSoftmaxLoss',
    'CDTLoss',
    'ClassBalancedCELoss',
    'ClassBalancedFocalLoss',
    'ClassFeatureConsistencyLoss',
    'DeferredLoss',
    'DiVELoss',
    'InterClassDiscrepancyLoss',
    'LDAMLoss',
    'LabelAwareSmoothLoss',
    'LogitAdjustedLoss',
    'OneVsAllFocalLoss',
]
