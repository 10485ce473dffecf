from .class_feature_consistency_loss import ClassFeatureConsistencyLoss
from .dive_loss import DiVELoss
from .inter_class_discrepancy_loss import InterClassDiscrepancyLoss

__all__ = [
    'ClassFeatureConsistencyLoss',
    'DiVELoss',
    'InterClassDiscrepancyLoss',
]
