from mmdet.datasets import CocoDataset, LVISV1Dataset
from mmdet.datasets.api_wrappers import COCO
from mmdet.registry import DATASETS

from .lvis_file import check_categories, name_images

__all__ = ['CheckedLVISDataset']


# a name in the annotations of LVIS v1, and what mmdetection made of it
WRITTEN = {'speaker_(stereo_equipment)': 'speaker_(stero_equipment)'}


@DATASETS.register_module()
class CheckedLVISDataset(LVISV1Dataset):
    """``LVISV1Dataset``, read without ``lvis``, its classes checked.

    The same images, boxes and labels. The package ``lvis`` is not needed;
    and where the classes of ``metainfo`` are not the categories of the file,
    one by one, this is an error and not another training.

    Args:
        **kwargs: As mmdetection's ``LVISV1Dataset``.

    Raises:
        ValueError: If the classes are not those of the annotations.

    Source:
        Gupta et al. (LVIS), CVPR 2019, https://arxiv.org/abs/1908.03195
    """

    METAINFO = LVISV1Dataset.METAINFO | {
        'classes': tuple(
            WRITTEN.get(name, name)
            for name in LVISV1Dataset.METAINFO['classes']
        )
    }

    def COCOAPI(self, annotation_file: str) -> COCO:
        """The annotations, by the name that ``CocoDataset`` calls."""
        found = COCO(annotation_file)
        name_images(found.dataset['images'])
        check_categories(
            found.dataset['categories'],
            self.metainfo['classes'],
            annotation_file,
        )
        return found

    def load_data_list(self) -> list[dict]:
        """Read the images and their instances."""
        # not that of LVISV1Dataset, which imports lvis
        return CocoDataset.load_data_list(self)
