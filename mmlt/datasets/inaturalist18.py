from mmpretrain.registry import DATASETS

from .image_table import ImageTable
from .list_file import read_inaturalist_json
from .long_tailed_list import LongTailedList

__all__ = ['INaturalist18']


@DATASETS.register_module()
class INaturalist18(LongTailedList):
    """iNaturalist 2018: 437,513 training images of 8,142 species.

    From ``iNaturalist18_{train,val}.txt``, or from the official
    ``train2018.json`` and ``val2018.json``, and the folder
    ``train_val2018``. The field tests on the validation split, 3 images per
    class. Class ids are the ``category_id`` of the JSON, not sorted by
    count; the names of the classes are their numbers.

    Arguments and errors as :class:`LongTailedList`.

    Source:
        Van Horn et al., CVPR 2018, https://arxiv.org/abs/1707.06642
    """

    METAINFO = {'classes': tuple(str(c) for c in range(8142))}
    known_name = 'inat18'

    def read(self, path: str, num_classes: int) -> ImageTable:
        """Read the list, or the official JSON."""
        if str(self.ann_file).endswith('.json'):
            return read_inaturalist_json(path, num_classes)
        return super().read(path, num_classes)
