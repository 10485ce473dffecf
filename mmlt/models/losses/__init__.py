from .balanced_softmax_loss import BalancedSoftmaxLoss
from .class_feature_consistency_loss import ClassFeatureConsistencyLoss
from .inter_class_discrepancy_loss import InterClassDiscrepancyLoss
from .logit_adjusted_loss import LogitAdjustedLoss

__all__ = [
    'BalancedSoftmaxLoss',
    'ClassFeatureConsistencyLoss',
    'InterClassDiscrepancyLoss',
    'LogitAdjustedLoss',
]
