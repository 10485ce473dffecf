"""Parts of a model that know how many training images each class has."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ['ClassCountsMixin']


def counts_tensor(counts: Sequence[int] | Tensor, name: str) -> Tensor:
    """Class counts in a tensor of its own, where they are one.

    Args:
        counts: (C,) integers >= 0.
        name: Of the part that is told them, for the error.

    Returns:
        (C,) int64, on the device of ``counts`` where it is a tensor.

    Raises:
        ValueError: If they are not that.
    """
    device = counts.device if isinstance(counts, Tensor) else None
    if isinstance(counts, Tensor):
        counts = counts.cpu()
    counts = np.asarray(counts)
    if (
        counts.ndim != 1
        or not len(counts)
        or counts.dtype.kind not in 'iu'
        or (counts < 0).any()
    ):
        raise ValueError(
            f'Expected the class counts of {name} to be a list of '
            f'integers >= 0, one per class, but got {counts.tolist()}. '
            'Count the images of the training set.'
        )
    return torch.tensor(counts, dtype=torch.long, device=device)


class ClassCountsMixin(nn.Module):
    """Mixin for a part (neck, head, loss) that needs the class counts.

    The counts are a buffer, so they travel in the checkpoint; it is empty
    until they are set. ``LongTailHook`` calls :meth:`set_class_counts` before
    training; in a bare PyTorch loop call it by hand.

    A part whose number of classes is known beforehand sets
    ``self.num_classes``; one that derives something from the counts
    overrides :meth:`class_counts_changed`.
    """

    # not set here: mmpretrain's ClassNumCheckHook looks at every part that
    # has one
    num_classes: int

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.register_buffer('class_counts', torch.zeros(0, dtype=torch.long))

    def set_class_counts(self, counts: Sequence[int] | Tensor) -> None:
        """Tell the part the training images per class.

        Args:
            counts: (C,) integers >= 0.

        Raises:
            ValueError: If they are not that, C is not the part's own, or the
                part refuses them; then those that it had stay.
        """
        name = type(self).__name__
        counts = counts_tensor(counts, name)
        expected = getattr(self, 'num_classes', len(counts))
        if len(counts) != expected:
            raise ValueError(
                f'Expected class counts for the {expected} classes '
                f'of {name}, but got {len(counts)}. Set `num_classes='
                f'{len(counts)}` in its config, or use another dataset.'
            )
        before = self.class_counts.clone()
        self._take(counts.to(before.device))
        try:
            self.class_counts_changed()
        except ValueError:
            self._take(before)
            if len(before):
                self.class_counts_changed()
            raise

    def _take(self, counts: Tensor) -> None:
        if len(counts) == len(self.class_counts):
            # in place: an averaged copy of the model may hold the tensor
            self.class_counts.copy_(counts)
        else:
            self.class_counts = counts

    def class_counts_changed(self) -> None:
        """Derive what depends on the counts. Nothing, by default."""

    def refuse_empty_classes(self, why: str) -> None:
        """Raise if a class has no image.

        Args:
            why: Reason, the end of the sentence of the error.

        Raises:
            ValueError: Naming the class.
        """
        empty = (self.class_counts == 0).nonzero().flatten().tolist()
        if empty:
            raise ValueError(
                f'Expected every class of {type(self).__name__} to have a '
                f'training image, but class {empty[0]} has 0 ({len(empty)} '
                f'such classes): {why}. Remove the class, or add images.'
            )

    def require_class_counts(self) -> None:
        """Raise if the counts were never set.

        Raises:
            RuntimeError: If :meth:`set_class_counts` was never called.
        """
        if not len(self.class_counts):
            raise RuntimeError(
                f'Expected {type(self).__name__} to know the class counts, '
                'but they were never set. In a loop of your own, call '
                '`set_class_counts(counts)`; a config needs '
                "`custom_hooks=[dict(type='LongTailHook')]`."
            )

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        name = prefix + 'class_counts'
        loaded = state_dict.get(name)
        if loaded is not None and not len(loaded):  # never set there
            loaded = state_dict[name] = self.class_counts
        # an empty buffer cannot take the (C,) ones of the checkpoint
        if loaded is not None and not len(self.class_counts) and len(loaded):
            if getattr(self, 'num_classes', len(loaded)) == len(loaded):
                self.set_class_counts(loaded)
            else:  # other classes: torch names the shapes, as of any weight
                self.class_counts = loaded.new_zeros(self.num_classes)
                super()._load_from_state_dict(
                    state_dict, prefix, *args, **kwargs
                )
                self.class_counts = loaded.new_zeros(0)
                return
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
        # what was derived from other counts before is out of date
        if loaded is not None and len(self.class_counts):
            self.class_counts_changed()
