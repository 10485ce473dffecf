from collections.abc import Sequence

import torch
from mmpretrain.structures import DataSample
from torch import Tensor

__all__ = ['BatchDataSample', 'is_batch', 'labels_of', 'unpack_batch']


class BatchDataSample(DataSample):
    """The annotations and predictions of a whole batch in one object.

    Where mmpretrain passes a list of N ``DataSample``, the batched path
    passes a list of one ``BatchDataSample``. Its fields have the names of
    mmpretrain's, with N in front:

    - ``gt_label`` (N,) int64, ``pred_label`` (N,) int64;
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


def unpack_batch(batch: BatchDataSample) -> list[DataSample]:
    """One ``DataSample`` per image, as the per-image path makes them."""
    samples = []
    fields = dict(batch.items())
    for i in range(len(batch)):
        sample = DataSample().set_gt_label(fields['gt_label'][i : i + 1])
        if 'pred_label' in fields:
            sample.set_pred_label(fields['pred_label'][i : i + 1])
        if 'pred_score' in fields:
            sample.set_pred_score(fields['pred_score'][i])
        samples.append(sample)
    return samples


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
