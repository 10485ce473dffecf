from mmpretrain.registry import DATASETS

from .long_tailed_list import LongTailedList

__all__ = ['PlacesLT']


@DATASETS.register_module()
class PlacesLT(LongTailedList):
    """Places-LT: 62,500 training images of 365 classes, 4,980 to 5.

    From ``Places_LT_{train,val,test}.txt`` and the images of Places365. The
    lists are published with two styles of paths, ``train/airfield/...`` and
    ``data_256/a/airfield/...``: take the one of your folders. Class ids are
    not sorted by count; the names of the classes are their numbers.

    Arguments and errors as :class:`LongTailedList`.

    Source:
        Liu et al. (OLTR), CVPR 2019, https://arxiv.org/abs/1904.05160
    """

    METAINFO = {'classes': tuple(str(c) for c in range(365))}
    known_name = 'placeslt'
