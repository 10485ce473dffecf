from .bad_images import BadImageError
from .cifar_lt import CIFAR10LT, CIFAR100LT
from .collate import batch_collate
from .digits_lt import DigitsLT
from .held_out_split import HeldOutSplit
from .imagenet_lt import ImageNetLT
from .inaturalist18 import INaturalist18
from .list_file import read_inaturalist_json, read_list
from .long_tailed_list import LongTailedList
from .long_tailed_subset import LongTailedSubset
from .places_lt import PlacesLT
from .samplers import LongTailSampler

__all__ = [
    'BadImageError',
    'CIFAR100LT',
    'CIFAR10LT',
    'DigitsLT',
    'HeldOutSplit',
    'INaturalist18',
    'ImageNetLT',
    'LongTailSampler',
    'LongTailedList',
    'LongTailedSubset',
    'PlacesLT',
    'batch_collate',
    'read_inaturalist_json',
    'read_list',
]
