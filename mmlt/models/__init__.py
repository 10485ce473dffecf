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
    TauNormClsHead,
    VMFClsHead,
)
from .losses import ClassFeatureConsistencyLoss, InterClassDiscrepancyLoss
from .necks import FCCNeck

__all__ = [
    'BatchColorJitter',
    'BatchDataPreprocessor',
    'BatchMixup',
    'BatchRandomCrop',
    'BatchRandomFlip',
    'BatchRemix',
    'CIFARResNet',
    'CalibratedClsHead',
    'CausalClsHead',
    'ClassFeatureConsistencyLoss',
    'CosineClsHead',
    'FCCNeck',
    'InterClassDiscrepancyLoss',
    'LongTailClassifier',
    'ManifoldMixup',
    'TauNormClsHead',
    'VMFClsHead',
]
