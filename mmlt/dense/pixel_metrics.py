from collections.abc import Sequence

import torch
from mmseg.registry import METRICS
from torch import Tensor

from mmlt.evaluation.prediction_batch import PredictionBatch
from mmlt.evaluation.streaming_metric import StreamingMetric
from mmlt.functional import frequency_groups, log_counts, mask_overlap
from mmlt.functional.calibration import (
    calibration_sums,
    check_num_bins,
    error_of_bins,
)
from mmlt.functional.carried_sums import bins_of_carried_sums, carried_sums
from mmlt.functional.checks import check_labels, check_real
from mmlt.functional.percent import percent

__all__ = ['PixelMetrics']

# rows of the sums of an image among those that are carried over
BINS = [0, 1, 3, 4]


@METRICS.register_module()
class PixelMetrics(StreamingMetric):
    """Overlap, accuracy and calibration of pixels, in total and per group.

    In percent: ``mIoU``, ``mAcc`` (means over the classes that occur),
    ``aAcc`` (over pixels), ``ECE`` (of all pixels), ``IoU_head``,
    ``Acc_head``, ``ECE_head`` and so on for the most frequent classes, those
    in the middle and the rarest, by training pixels; ``IoU`` and ``Acc`` of
    every class by its name where ``classwise``. The calibration error of a
    group is that of the pixels whose label is in it.

    The same predictions are read under other priors of the classes too,
    without another pass of the network: ``shifts=dict(train=1.0)`` adds
    log n_i to the logits, n_i the training pixels, and names its numbers
    ``train/mIoU``. A network with a vMF classifier and ``test_prior=
    'balanced'`` then has the training prior; -1 is post-hoc logit adjustment
    of one that was trained by cross-entropy.

    Memory is O(C^2 + C B) for C classes and B bins, whatever the number of
    pixels. Test-time augmentation is refused: it merges predictions, not
    scores.

    Args:
        sizes: Classes of head, body and tail, which sum to C; None: no
            groups.
        shifts: Name of a prior to the power of the training prior that is
            added.
        num_bins: B, bins of confidence.
        ignore_index: Label of pixels that do not count.
        classwise: Whether each class has its own two numbers.
        class_counts: (C,) training pixels, where no ``PixelCountsHook`` sets
            them.
        collect_device: mmengine's; not used.
        prefix: Of the keys.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Long et al., CVPR 2015, https://arxiv.org/abs/1411.4038 (overlap);
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599 (ECE); Zhang
        et al. (DisAlign), CVPR 2021, https://arxiv.org/abs/2103.16370 (head,
        body, tail)
    """

    default_prefix = 'pixel'

    def __init__(
        self,
        sizes: Sequence[int] | None = None,
        shifts: dict[str, float] | None = None,
        num_bins: int = 15,
        ignore_index: int = 255,
        classwise: bool = False,
        class_counts: Sequence[int] | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        check_num_bins(num_bins)
        self.sizes = sizes
        self.shifts = {'': 0.0}
        for name, power in (shifts or {}).items():
            hint = '1 adds the training prior, -1 takes it away.'
            power = check_real(
                f'shifts[{name!r}]', power, -1e3, hint, high=1e3
            )
            self.shifts[f'{name}/'] = power
        self.num_bins = num_bins
        self.ignore_index = ignore_index
        self.classwise = classwise
        self.class_counts: Tensor | None = None
        if class_counts is not None:
            self.set_class_counts(class_counts)

    def set_class_counts(self, counts: Sequence[int]) -> None:
        """Tell the metric the (C,) training pixels per class."""
        self.class_counts = torch.as_tensor(counts)

    def process(self, data_batch, data_samples: Sequence[dict]) -> None:
        """Add the pixels of a batch of images."""
        for sample in data_samples:
            logits = sample['seg_logits']['data']
            labels = sample['gt_sem_seg']['data'].squeeze(0)
            classes = len(logits)
            if classes < 2:
                raise ValueError(
                    'Expected logits of two classes or more, but got '
                    f'{classes} channel. Leave `out_channels=1` out.'
                )
            known = labels != self.ignore_index
            rows = logits[:, known].T.float()
            # nan is the largest of all
            if rows.numel() and rows.amax().isnan():
                raise ValueError(
                    'Expected scores that are numbers, but an image has nan. '
                    'Did the training diverge?'
                )
            check_view(sample, logits)
            found = labels[known].long()
            hint = f'Ignored is {self.ignore_index} (`ignore_index`).'
            check_labels(found, classes, hint)
            # of an image, which is the sample here
            self.last = PredictionBatch(rows, found)
            if self.sums is None:
                self.sums = self.start(classes, logits.device)
            self.add(self.last)
            self.seen += 1

    def start(self, num_classes: int, device: torch.device) -> dict:
        """Zero sums."""
        shape = len(self.shifts), num_classes

        def zeros(*size: int) -> Tensor:
            return torch.zeros(*shape, *size, dtype=torch.long, device=device)

        return {
            'confusion': zeros(num_classes),
            'bins': zeros(5, self.num_bins),
        }

    def add(self, batch: PredictionBatch) -> None:
        """Add pixels to the sums."""
        labels, classes = batch.labels, batch.scores.shape[1]
        for number, power in enumerate(self.shifts.values()):
            logits = batch.scores
            if power:
                prior = log_counts(self.known_counts(classes))
                logits = logits + power * prior.to(logits)
            confidence = logits.softmax(1).amax(1)
            predicted = logits.argmax(1)  # a softmax may round two to one
            pair = labels * classes + predicted
            found = torch.bincount(pair, minlength=classes**2)
            self.sums['confusion'][number] += found.view(classes, classes)
            right = predicted == labels
            for label in labels.unique().tolist():
                mine = labels == label
                bins = self.sums['bins'][number, label]
                bins[BINS] += calibration_sums(
                    confidence[mine], right[mine], self.num_bins
                )
        self.sums['bins'] = carried_sums(self.sums['bins'])

    def read(self) -> dict[str, float]:
        """The numbers, in percent."""
        found: dict[str, float] = {}
        for number, name in enumerate(self.shifts):
            numbers = self._numbers(
                self.sums['confusion'][number].cpu(),
                self.sums['bins'][number].cpu(),
            )
            found.update({name + k: v for k, v in numbers.items()})
        return found

    def _numbers(self, confusion: Tensor, bins: Tensor) -> dict[str, float]:
        overlap, accuracy = mask_overlap(confusion)
        total = confusion.sum().double()
        found = {
            'mIoU': overlap.nanmean(),
            'mAcc': accuracy.nanmean(),
            'aAcc': confusion.diagonal().sum() / total,
            'ECE': error_of_bins(*bins_of_carried_sums(bins.sum(0))),
        }
        if self.sizes is not None:
            counts = self.known_counts(len(confusion))
            for group, members in frequency_groups(counts, self.sizes).items():
                found |= {
                    f'IoU_{group}': overlap[members].nanmean(),
                    f'Acc_{group}': accuracy[members].nanmean(),
                    f'ECE_{group}': error_of_bins(
                        *bins_of_carried_sums(bins[members].sum(0))
                    ),
                }
        if self.classwise:
            for number, class_name in enumerate(self.class_names(confusion)):
                found[f'IoU/{class_name}'] = overlap[number]
                found[f'Acc/{class_name}'] = accuracy[number]
        return {name: percent(float(v)) for name, v in found.items()}

    def class_names(self, confusion: Tensor) -> Sequence[str]:
        """Names of the classes, or their numbers."""
        names = (self.dataset_meta or {}).get('classes')
        return names or [str(c) for c in range(len(confusion))]

    def known_counts(self, num_classes: int) -> Tensor:
        """The training pixels of every class, on the CPU.

        Raises:
            RuntimeError: If they are not known, or of other classes.
        """
        counts = self.class_counts
        if counts is None or len(counts) != num_classes:
            got = 'none' if counts is None else f'those of {len(counts)}'
            raise RuntimeError(
                'Expected PixelMetrics to know the training pixels of '
                f'{num_classes} classes, but got {got}. Add `custom_hooks='
                "[dict(type='PixelCountsHook')]`, or pass `class_counts`."
            )
        return counts.cpu()


def check_view(sample: dict, logits: Tensor) -> None:
    """Check that the scores of an image are those of its prediction.

    Raises:
        ValueError: If they are not, as after test-time augmentation, which
            leaves the scores of the last view beside the merged prediction.
    """
    merged = sample.get('pred_sem_seg')
    if merged is None:
        return
    predicted = merged['data'].squeeze(0)
    other = int((predicted != logits.argmax(0)).sum())
    if other:
        raise ValueError(
            'Expected the largest of `seg_logits` to be `pred_sem_seg`, but '
            f'{other:,} of {predicted.numel():,} pixels differ: test-time '
            'augmentation leaves the scores of one view alone. Test without '
            'it, or with IoUMetric in the place of PixelMetrics.'
        )
