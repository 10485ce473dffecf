from .cifar_lt import CIFAR10LT, CIFAR100LT
from .collate import batch_collate
from .digits_lt import DigitsLT
from .long_tailed_subset import LongTailedSubset

__all__ = [
    'CIFAR10LT',
    'CIFAR100LT',
    'DigitsLT',
    'LongTailedSubset',
    'batch_collate',
]
