from .cifar_lt import CIFAR10LT, CIFAR100LT
from .collate import batch_collate
from .digits_lt import DigitsLT
from .held_out_split import HeldOutSplit
from .long_tailed_subset import LongTailedSubset
from .samplers import LongTailSampler

__all__ = [
    'CIFAR10LT',
    'CIFAR100LT',
    'DigitsLT',
    'HeldOutSplit',
    'LongTailSampler',
    'LongTailedSubset',
    'batch_collate',
]
