from collections.abc import Sequence
from typing import overload

import torch
from mmpretrain.structures import DataSample
from torch import Tensor

__all__ = [
    'BatchDataSample',
    'BatchView',
    'batch_in',
    'is_batch',
    'labels_of',
    'unpack_batch',
]


class BatchDataSample(DataSample):
    """The annotations and predictions of a whole batch in one object.

    Where mmpretrain passes a list of N ``DataSample``, the batched path
    passes a list of one ``BatchDataSample``. Its fields have the names of
    mmpretrain's, with N in front:

    - ``gt_label`` (N,) int64, in training also ``MixedLabels`` or soft labels
      (N, C); ``pred_label`` (N,) int64;
    - ``pred_score`` (N, C) floating point.

    The ``loss`` of mmpretrain's heads concatenates the labels of the list
    and so takes it as it is; what needs one object per image gets it from
    :func:`unpack_batch`.

    Make one with ``BatchDataSample(gt_label=labels)``.
    """

    def __len__(self) -> int:
        return len(self.gt_label)

    def pin_memory(self) -> 'BatchDataSample':
        """Pin the labels, as ``DataLoader(pin_memory=True)`` asks."""
        return BatchDataSample(gt_label=self.gt_label.pin_memory())


def is_batch(data_samples: Sequence | None) -> bool:
    """Whether a list of data samples is one :class:`BatchDataSample`."""
    return (
        data_samples is not None
        and len(data_samples) == 1
        and isinstance(data_samples[0], BatchDataSample)
    )


class BatchView(Sequence[DataSample]):
    """One :class:`BatchDataSample`, seen as N ``DataSample``.

    A model's ``val_step`` and ``test_step`` return it, so that whatever goes
    through the predictions of a batch (a hook that draws images, a model
    that merges test-time augmentations) finds one ``DataSample`` per image,
    made when it is asked for. What knows whole batches takes ``batch``.

    Args:
        batch: What is seen.
    """

    def __init__(self, batch: BatchDataSample) -> None:
        self.batch = batch

    def __len__(self) -> int:
        return len(self.batch)

    @overload
    def __getitem__(self, index: int) -> DataSample: ...

    @overload
    def __getitem__(self, index: slice) -> list[DataSample]: ...

    def __getitem__(self, index):
        """The sample of an image, or a list of them for a slice."""
        places = range(len(self))[index]
        if isinstance(index, slice):
            return [_sample(self.batch, place) for place in places]
        return _sample(self.batch, places)


def batch_in(
    data_samples: Sequence[DataSample] | None,
) -> BatchDataSample | None:
    """The whole batch that data samples are, or None."""
    if isinstance(data_samples, BatchView):
        return data_samples.batch
    return data_samples[0] if is_batch(data_samples) else None


def unpack_batch(batch: BatchDataSample) -> list[DataSample]:
    """One ``DataSample`` per image, as the per-image path makes them."""
    return list(BatchView(batch))


def _sample(batch: BatchDataSample, place: int) -> DataSample:
    """The ``DataSample`` of one image."""
    sample = DataSample().set_gt_label(batch.gt_label[place : place + 1])
    if 'pred_label' in batch:
        sample.set_pred_label(batch.pred_label[place : place + 1])
    if 'pred_score' in batch:
        sample.set_pred_score(batch.pred_score[place])
    return sample


def labels_of(data_samples: Sequence[DataSample]) -> Tensor:
    """(N,) labels of a batch, or (N, C) where it has soft ones.

    Raises:
        ValueError: If it has none.
    """
    if 'gt_score' not in data_samples[0] and 'gt_label' not in data_samples[0]:
        raise ValueError(
            'Expected images with labels, but the data set has none. Load '
            'them (`with_label=True`); images without labels can be tested '
            'with --out FILE.pkl alone.'
        )
    if 'gt_score' in data_samples[0]:
        return torch.stack([sample.gt_score for sample in data_samples])
    if len(data_samples) == 1:
        return data_samples[0].gt_label
    return torch.cat([sample.gt_label for sample in data_samples])
