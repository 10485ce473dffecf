from .backbones import CIFARResNet
from .batch_augments import BatchRandomCrop, BatchRandomFlip
from .classifiers import LongTailClassifier
from .data_preprocessor import BatchDataPreprocessor
from .necks import FCCNeck

__all__ = [
    'BatchDataPreprocessor',
    'BatchRandomCrop',
    'BatchRandomFlip',
    'CIFARResNet',
    'FCCNeck',
    'LongTailClassifier',
]
