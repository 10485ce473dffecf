from .backbones import CIFARResNet, ResNet10
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
from .losses import ClassFeatureConsistencyLoss, InterClassDiscrepancyLoss
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
    'FCCNeck',
    'InterClassDiscrepancyLoss',
    'LongTailClassifier',
    'ResNet10',
    'TauNormClsHead',
    'VMFClsHead',
]
