"""Predictions of a network on one split, with what belongs to them."""

from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

__all__ = ['Predictions']

SPLITS = ('train', 'held-out', 'val', 'test')
OF_THE_HEAD = ('bias', 'weight_norm', 'kappa', 'overlap', 'tau')


@dataclass
class Predictions:
    """Logits and labels of a split, and what belongs to them.

    Args:
        logits: (N, C) float32, at test: of the original feature.
        labels: (N,) int64.
        class_counts: (C,) int64 training images per class.
        meta: 'split' ('train', 'held-out', 'val' or 'test'), 'config',
            'config_hash', 'checkpoint', 'checkpoint_hash', 'dataset',
            'head', 'model_prior' (which class prior the probabilities hold:
            'train', 'uniform' or 'unknown'), 'mmlt'.
        bias: (C,) of a head that adds one.
        weight_norm: (C,) length of each row of a linear classifier.
        kappa: (C,) concentrations, of a head that can be read as vMF.
        overlap: (C,) mean overlap of each class with the others, in (0, 1].
        tau: (C,) factors of the FCCNeck.
        features: (N, D) float32 before the head, where asked for.
    """

    logits: Tensor
    labels: Tensor
    class_counts: Tensor
    meta: dict = field(default_factory=dict)
    bias: Tensor | None = None
    weight_norm: Tensor | None = None
    kappa: Tensor | None = None
    overlap: Tensor | None = None
    tau: Tensor | None = None
    features: Tensor | None = None

    @property
    def source(self) -> str:
        """Checkpoint and its folder, without where on the machine."""
        name = '/'.join(Path(self.meta.get('checkpoint', '?')).parts[-2:])
        return f'{name} ({self.meta.get("checkpoint_hash", "?")})'

    def __post_init__(self) -> None:
        """Refuse what does not fit together.

        Raises:
            ValueError: Naming it.
        """
        n, c = self.logits.shape if self.logits.dim() == 2 else (-1, -1)
        if self.labels.shape != (n,):
            raise ValueError(
                'Expected logits (N, C) and labels (N,), but got '
                f'{tuple(self.logits.shape)} and {tuple(self.labels.shape)}.'
            )
        for name in ('class_counts', *OF_THE_HEAD):
            value = getattr(self, name)
            if value is not None and value.shape != (c,):
                raise ValueError(
                    f'Expected `{name}` of {c} classes, but got the shape '
                    f'{tuple(value.shape)}.'
                )
        if self.meta.get('split') not in SPLITS:
            raise ValueError(
                f'Expected `split` to be one of {list(SPLITS)}, but got '
                f'{self.meta.get("split")!r}.'
            )
