import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from mmdet.evaluation import CocoMetric
from mmdet.registry import METRICS

from mmlt.functional.checks import check_choice, check_integer
from mmlt.functional.percent import percent

from .lvis_file import check_categories

__all__ = ['FastLVISMetric']

# name of faster-coco-eval -> that of LVIS
NAMES = {
    'AP_all': 'AP',
    'AP_50': 'AP50',
    'AP_75': 'AP75',
    'AP_small': 'APs',
    'AP_medium': 'APm',
    'AP_large': 'APl',
    'APr': 'APr',
    'APc': 'APc',
    'APf': 'APf',
    'AR_all': 'AR@300',
}
FREQUENCIES = ('r', 'c', 'f')
MOST = 300


@METRICS.register_module()
class FastLVISMetric(CocoMetric):
    """Average precision of LVIS, also of rare, common and frequent classes.

    In percent, with the prefix ``lvis``: ``bbox_AP``, ``bbox_AP50``,
    ``bbox_APr``, ``bbox_APc``, ``bbox_APf`` and so on for boxes, ``segm_AP``
    and so on for masks; nan for a group without annotations. A class is
    judged on the images where its presence or its absence is known
    (``neg_category_ids``), and by the best 300 detections of an image.
    mmdetection's ``LVISMetric`` has the same numbers as fractions of three
    digits; the package that it needs, ``lvis``, fails with numpy 2.

    Args:
        ann_file: The annotations.
        metric: 'bbox', 'segm' or both.
        max_per_image: Detections of an image that count, the best ones.
        collect_device: mmengine's.
        prefix: Of the keys.

    Raises:
        ValueError: If a setting is out of range, or the categories have no
            ``frequency``; in ``compute_metrics``, if they are not the
            classes of the data set.

    Source:
        Gupta et al. (LVIS), CVPR 2019, https://arxiv.org/abs/1908.03195;
        computed by https://github.com/MiXaiLL76/faster_coco_eval
    """

    default_prefix = 'lvis'

    def __init__(
        self,
        ann_file: str,
        metric: str | Sequence[str] = 'bbox',
        max_per_image: int = MOST,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        kinds = [metric] if isinstance(metric, str) else list(metric)
        for kind in kinds:
            check_choice('metric', kind, ('bbox', 'segm'))
        hint = 'LVIS has 300.'
        check_integer('max_per_image', max_per_image, 1, hint)
        super().__init__(
            metric=kinds, collect_device=collect_device, prefix=prefix
        )
        self.max_per_image = max_per_image
        self.file = str(ann_file)
        # the name under which CocoMetric looks for the annotations
        self._coco_api = COCO(self.file)
        for category in self._coco_api.dataset['categories']:
            if category.get('frequency') not in FREQUENCIES:
                raise ValueError(
                    "Expected the `frequency` 'r', 'c' or 'f' of every "
                    f'category of {self.file}, but {category.get("name")} '
                    f'has {category.get("frequency")!r}. Take the annotations '
                    'of LVIS, or CocoMetric.'
                )

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Evaluate what was detected in all images.

        Args:
            results: Of ``process``.
        """
        self.cat_ids = check_categories(
            self._coco_api.dataset['categories'],
            self.dataset_meta['classes'],
            self.file,
        )
        detected = [self.best_of_image(found) for _, found in results]
        self.check_images(detected)
        numbers = {}
        with tempfile.TemporaryDirectory() as folder:
            files = self.results2json(detected, str(Path(folder, 'found')))
            for kind in self.metrics:
                if kind not in files:
                    raise ValueError(
                        'Expected masks among the predictions for metric='
                        f'{kind!r}, but there are boxes alone. Take a '
                        "detector with a mask head, or metric='bbox'."
                    )
                for name, value in self.evaluated(kind, files[kind]).items():
                    numbers[f'{kind}_{name}'] = value
        return numbers

    def best_of_image(self, found: dict) -> dict:
        """The detections of an image that count, by their score.

        A box without an area is none of them, but takes a place among the
        best: ``LVIS.get_ann_ids`` of lvis 0.5.3 leaves it out afterwards.
        """
        order = np.argsort(-found['scores'], kind='stable')
        order = order[: self.max_per_image]
        left, top, right, low = found['bboxes'][order].T
        order = order[(right - left) * (low - top) > 0]
        return {
            name: value
            if name == 'img_id'
            else [value[k] for k in order]
            if isinstance(value, list)
            else value[order]
            for name, value in found.items()
        }

    def check_images(self, detected: Sequence[dict]) -> None:
        """Check that the images are those of the annotations.

        Raises:
            ValueError: Naming one that is not.
        """
        known = set(self._coco_api.getImgIds())
        other = [d['img_id'] for d in detected if d['img_id'] not in known]
        if other:
            raise ValueError(
                f'Expected images of {self.file}, but image {other[0]} is not '
                'in it. Set `ann_file` of the evaluator to that of the data '
                'set.'
            )

    def evaluated(self, kind: str, file: str) -> dict[str, float]:
        """The numbers of boxes or masks, in percent or nan."""
        evaluation = COCOeval_faster(
            self._coco_api,
            self._coco_api.loadRes(file),
            kind,
            lvis_style=True,
        )
        evaluation.params.maxDets = [self.max_per_image]
        evaluation.run()
        found = evaluation.stats_as_dict
        return {
            ours: percent(float(found[name])) if found[name] >= 0 else math.nan
            for name, ours in NAMES.items()
        }
