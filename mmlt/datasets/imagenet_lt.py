from mmpretrain.datasets.categories import IMAGENET_CATEGORIES
from mmpretrain.registry import DATASETS

from .long_tailed_list import LongTailedList

__all__ = ['ImageNetLT']


@DATASETS.register_module()
class ImageNetLT(LongTailedList):
    """ImageNet-LT: 115,846 training images of 1,000 classes, 1,280 to 5.

    From ``ImageNet_LT_{train,val,test}.txt`` and the folders ``train`` and
    ``val`` of ImageNet-2012. The validation list has 20, the test list 50
    images per class (it is ImageNet's validation set). Class ids are those
    of ImageNet, in the order of the WordNet ids, and not sorted by count.

    Arguments and errors as :class:`LongTailedList`.

    Source:
        Liu et al. (OLTR), CVPR 2019, https://arxiv.org/abs/1904.05160
    """

    METAINFO = {'classes': IMAGENET_CATEGORIES}
    known_name = 'imagenetlt'
