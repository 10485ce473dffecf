from .backbones import CIFARResNet
from .batch_augments import (
    BatchColorJitter,
    BatchRandomCrop,
    BatchRandomFlip,
)
from .classifiers import LongTailClassifier
from .data_preprocessor import BatchDataPreprocessor
from .heads import (
    CalibratedClsHead,
    CausalClsHead,
    CosineClsHead,
    TauNormClsHead,
    VMFClsHead,
)
from .losses import (
    BalancedSoftmaxLoss,
    ClassFeatureConsistencyLoss,
    InterClassDiscrepancyLoss,
    LogitAdjustedLoss,
)
from .necks import FCCNeck

__all__ = [
    'BalancedSoftmaxLoss',
    'BatchColorJitter',
    'BatchDataPreprocessor',
    'BatchRandomCrop',
    'BatchRandomFlip',
    'CIFARResNet',
    'CalibratedClsHead',
    'CausalClsHead',
    'ClassFeatureConsistencyLoss',
    'CosineClsHead',
    'FCCNeck',
    'InterClassDiscrepancyLoss',
    'LogitAdjustedLoss',
    'LongTailClassifier',
    'TauNormClsHead',
    'VMFClsHead',
]
