from .backbones import CIFARResNet
from .batch_augments import (
    BatchColorJitter,
    BatchMixup,
    BatchRandomCrop,
    BatchRandomFlip,
    BatchRemix,
    ManifoldMixup,
)
from .classifiers import LongTailClassifier
from .data_preprocessor import BatchDataPreprocessor
from .heads import (
    CalibratedClsHead,
    CausalClsHead,
    CosineClsHead,
    LogitAdjustedClsHead,
    TauNormClsHead,
    VMFClsHead,
)
from .losses import (
    BalancedSoftmaxLoss,
    CDTLoss,
    ClassBalancedCELoss,
    ClassBalancedFocalLoss,
    ClassFeatureConsistencyLoss,
    DeferredLoss,
    InterClassDiscrepancyLoss,
    LabelAwareSmoothLoss,
    LDAMLoss,
    LogitAdjustedLoss,
    OneVsAllFocalLoss,
)
from .necks import FCCNeck

__all__ = [
    'BalancedSoftmaxLoss',
    'BatchColorJitter',
    'BatchDataPreprocessor',
    'BatchMixup',
    'BatchRandomCrop',
    'BatchRandomFlip',
    'BatchRemix',
    'CDTLoss',
    'CIFARResNet',
    'CalibratedClsHead',
    'CausalClsHead',
    'ClassBalancedCELoss',
    'ClassBalancedFocalLoss',
    'ClassFeatureConsistencyLoss',
    'CosineClsHead',
    'DeferredLoss',
    'FCCNeck',
    'InterClassDiscrepancyLoss',
    'LDAMLoss',
    'LabelAwareSmoothLoss',
    'LogitAdjustedClsHead',
    'LogitAdjustedLoss',
    'LongTailClassifier',
    'ManifoldMixup',
    'OneVsAllFocalLoss',
    'TauNormClsHead',
    'VMFClsHead',
]
