from .backbones import (
    CIFARResNet,
    MultiExpertCIFARResNet,
    ParallelBackbones,
)
from .batch_augments import (
    BatchAutoAugment,
    BatchColorJitter,
    BatchCutout,
    BatchRandomCrop,
    BatchRandomFlip,
    BatchRandomRotation,
)
from .classifiers import (
    DistillClassifier,
    LongTailClassifier,
    NCLClassifier,
)
from .data_preprocessor import BatchDataPreprocessor
from .heads import (
    CalibratedClsHead,
    CausalClsHead,
    CosineClsHead,
    MultiExpertClsHead,
    NCLClsHead,
    SADEClsHead,
    TauNormClsHead,
    VMFClsHead,
)
from .losses import (
    ClassFeatureConsistencyLoss,
    DiVELoss,
    InterClassDiscrepancyLoss,
)
from .momentum_contrast import MomentumContrast
from .necks import FCCNeck
from .two_view_data_preprocessor import TwoViewDataPreprocessor

__all__ = [
    'BatchAutoAugment',
    'BatchColorJitter',
    'BatchCutout',
    'BatchDataPreprocessor',
    'BatchRandomCrop',
    'BatchRandomFlip',
    'BatchRandomRotation',
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
    'MomentumContrast',
    'MultiExpertCIFARResNet',
    'MultiExpertClsHead',
    'NCLClassifier',
    'NCLClsHead',
    'ParallelBackbones',
    'SADEClsHead',
    'TauNormClsHead',
    'TwoViewDataPreprocessor',
    'VMFClsHead',
]
