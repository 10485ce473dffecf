from .backbones import CIFARResNet
from .batch_augments import (
    BatchColorJitter,
    BatchRandomCrop,
    BatchRandomFlip,
)
from .classifiers import DistillClassifier, LongTailClassifier
from .data_preprocessor import BatchDataPreprocessor
from .heads import (
    CalibratedClsHead,
    CausalClsHead,
    CosineClsHead,
    TauNormClsHead,
    VMFClsHead,
)
from .losses import (
    ClassFeatureConsistencyLoss,
    DiVELoss,
    InterClassDiscrepancyLoss,
)
from .necks import FCCNeck

__all__ = [
    'BatchColorJitter',
    'BatchDataPreprocessor',
    'BatchRandomCrop',
    'BatchRandomFlip',
    'CIFARResNet',
    'CalibratedClsHead',
    'CausalClsHead',
    'ClassFeatureConsistencyLoss',
    'CosineClsHead',
    'DiVELoss',
    'DistillClassifier',
    'FCCNeck',
    'InterClassDiscrepancyLoss',
    'LongTailClassifier',
    'TauNormClsHead',
    'VMFClsHead',
]
