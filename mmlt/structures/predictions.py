"""Predictions of a network on one split, with what belongs to them."""

from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

__all__ = ['Predictions']

SPLITS = ('train', 'held-out', 'val', 'test')
# a picture of more shows nothing, and a file of 1,000 has 20 MB of numbers
MATRIX_CLASSES = 400
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
        overlap_matrix: (C, C) float64 overlap of each two classes, in
            (0, 1], of a head that can be read as vMF and has up to 400
            classes.
        class_names: C names; None in a file of an earlier version.
        probabilities: (N, C), where these were given in the place of logits:
            the numbers are of them, and the logits are their logarithms.
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
    overlap_matrix: Tensor | None = None
    class_names: list[str] | None = None
    probabilities: Tensor | None = None

    @property
    def source(self) -> str:
        """Checkpoint and its folder, without where on the machine."""
        name = '/'.join(Path(self.meta.get('checkpoint', '?')).parts[-2:])
        return f'{name} ({self.meta.get("checkpoint_hash", "?")})'

    def __post_init__(self) -> None:
        """Raise where the parts do not fit together.

        Raises:
            ValueError: Naming it.
        """
        n, c = self.logits.shape if self.logits.dim() == 2 else (-1, -1)
        if self.labels.shape != (n,):
            raise ValueError(
                'Expected logits (N, C) and labels (N,), but got '
                f'{tuple(self.logits.shape)} and {tuple(self.labels.shape)}. '
                'One row of scores and one label per sample.'
            )
        probs = self.probabilities
        if probs is not None and probs.shape != (n, c):
            raise ValueError(
                f'Expected `probabilities` of shape {(n, c)}, but got '
                f'{tuple(probs.shape)}. '
                'They are of the same samples and classes as the logits.'
            )
        for name in ('class_counts', *OF_THE_HEAD):
            value = getattr(self, name)
            if value is not None and value.shape != (c,):
                raise ValueError(
                    f'Expected `{name}` of {c} classes, but got the shape '
                    f'{tuple(value.shape)}. '
                    'It has one entry per class.'
                )
        matrix = self.overlap_matrix
        if matrix is not None and matrix.shape != (c, c):
            raise ValueError(
                f'Expected `overlap_matrix` of shape {(c, c)}, but got '
                f'{tuple(matrix.shape)}. '
                'It has one row and one column per class.'
            )
        if self.class_names is not None and len(self.class_names) != c:
            raise ValueError(
                f'Expected `class_names` of {c} classes, but got '
                f'{len(self.class_names)} names. '
                'Give one name per class.'
            )
        if not isinstance(self.meta.get('checkpoint', ''), str):
            raise ValueError(
                'Expected the name of a checkpoint, but got '
                f'{self.meta["checkpoint"]!r}. Give its path.'
            )
        if self.meta.get('split') not in SPLITS:
            raise ValueError(
                f'Expected `split` to be one of {list(SPLITS)}, but got '
                f'{self.meta.get("split")!r}. '
                'Choose one of the list.'
            )
