import inspect
import math
from collections.abc import Collection
from difflib import get_close_matches
from functools import partial
from typing import Any

from torch import Tensor, nn

from mmlt.functional import reduce_loss
from mmlt.functional.checks import check_choice, check_labels, check_real
from mmlt.functional.label_indices import class_indices
from mmlt.structures import MixedLabels

__all__ = ['PerSampleLoss', 'check_reduction', 'over_labels']

REDUCTIONS = ('mean', 'sum', 'none')
COUNTS_ARE_SET = (
    'Training images of each class are set by `set_class_counts()`.'
)


class PerSampleLoss(nn.Module):
    """Base of the losses on logits and labels.

    A subclass says what the loss of one sample is (:meth:`per_sample`); here
    it is averaged, for hard, mixed and soft labels. The loss of mixed labels
    is the weighted sum of those of the two labels.

    Args:
        reduction: 'mean', 'sum' or 'none'.
        loss_weight: Factor on the result.
        **others: What no class of the loss takes, which is refused.

    Raises:
        TypeError: If ``loss_weight`` is not a number, or there are others;
            in ``forward``, if logits or labels are no tensors, and at soft
            labels where the formula needs one class.
        ValueError: If ``reduction`` is unknown; in ``forward``, if shapes
            do not fit, and on a CPU at labels that are no classes.
    """

    # whether `per_sample` takes (N, C) labels, being linear in them
    accepts_soft_labels = True

    def __init__(
        self,
        reduction: str = 'mean',
        loss_weight: float = 1.0,
        **others: Any,
    ) -> None:
        super().__init__()
        refuse_settings(type(self), others)
        check_reduction('reduction', reduction)
        hint = '1 leaves the loss as it is.'
        check_real('loss_weight', loss_weight, -math.inf, hint)
        self.reduction = reduction
        self.loss_weight = loss_weight

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C), in any precision.
            labels: (N,) indices, or (N, C) if ``accepts_soft_labels``.
        """
        raise TypeError(
            f'Expected {type(self).__name__} to have `per_sample()`, but it '
            'does not. Write it, returning the loss of each sample, (N,).'
        )

    def label_weights(self, labels: Tensor) -> Tensor | None:
        """(N,) weights whose sum the mean divides by, or None for N.

        Args:
            labels: (N,) indices, or (N, C) if ``accepts_soft_labels``.
        """
        return None

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor | MixedLabels,
        weight: Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
    ) -> Tensor:
        """Loss of a batch, with the arguments of mmpretrain's losses.

        Args:
            cls_score: (N, C) logits.
            label: (N,) indices, ``MixedLabels``, or (N, C) soft labels. The
                indices are from 0 to C - 1: others are refused on a CPU and
                end in torch's device-side assert on a GPU. No loss leaves
                rows out: leave those with the label -100 out beforehand. A
                cross-entropy takes them for rows whose loss is 0, which
                still count as one of the N, and what has a number for every
                class takes that of class C - 100.
            weight: (N,) factor on the loss of each sample.
            avg_factor: Divisor of 'mean' instead of N. mmpretrain's heads pass
                N. A loss with class weights also divides by their mean over
                the labels, whatever is given.
            reduction_override: Used instead of ``reduction``.

        Returns:
            A scalar, or (N,) for 'none'; at least float32.
        """
        reduction = reduction_override or self.reduction
        check_reduction('reduction_override', reduction)
        if reduction == 'sum' and avg_factor is not None:
            raise ValueError(
                "Expected `avg_factor` with reduction 'mean' alone, but got "
                f"{avg_factor} with 'sum'. The heads of mmpretrain "
                "always give one: use reduction='mean'."
            )
        self._check_batch(cls_score, label)
        try:
            loss = over_labels(partial(self.per_sample, cls_score), label)
        except (IndexError, RuntimeError):
            self._check_classes(cls_score, label)
            raise
        if reduction == 'mean':
            shares = over_labels(self.label_weights, label)
            avg_factor = len(loss) if avg_factor is None else avg_factor
            if shares is not None:
                avg_factor = avg_factor * shares.to(loss.dtype).mean()
        if weight is not None:
            weight = weight.to(loss.dtype)
        loss = reduce_loss(loss, weight, reduction, avg_factor)
        return self.loss_weight * loss

    def _check_batch(self, logits: Tensor, label: Tensor) -> None:
        """Check shapes and dtypes; values are not read (no GPU wait)."""
        name = type(self).__name__
        for value in (logits, label):
            if not isinstance(value, Tensor | MixedLabels):
                raise TypeError(
                    f'Expected {name} to get tensors, but got a '
                    f'{type(value).__name__}. Convert it with '
                    '`torch.as_tensor()`.'
                )
        if logits.dim() != 2 or len(logits) != len(label):
            raise ValueError(
                f'Expected {name} to get logits (N, C) and N labels, but got '
                f'logits of shape {tuple(logits.shape)} and {len(label)} '
                'labels. Pass one label per row.'
            )
        if isinstance(label, MixedLabels):
            return
        if label.dim() == 1:
            class_indices(label, f'the labels of {name}')
            return
        if label.shape != logits.shape:
            column = tuple(label.shape) == (len(logits), 1)
            raise ValueError(
                f'Expected {name} to get labels (N,) or (N, C) for logits '
                f'of shape {tuple(logits.shape)}, but got '
                f'{tuple(label.shape)}. '
                + (
                    'Pass `labels.squeeze(1)`.'
                    if column
                    else 'Set `num_classes` of the head.'
                )
            )
        self.refuse_soft_labels(label)

    def _check_classes(
        self, logits: Tensor, label: Tensor | MixedLabels
    ) -> None:
        """Raise at labels that are no classes; values are read, on a CPU."""
        mixed = isinstance(label, MixedLabels)
        parts = [label.label_a, label.label_b] if mixed else [label]
        for part in parts:
            if part.device.type == 'cpu' and part.dim() == 1:
                check_labels(
                    part,
                    logits.shape[1],
                    f'The logits of {type(self).__name__} have '
                    f'{logits.shape[1]} classes: correct the label, or set '
                    '`num_classes` of the head.',
                    'label',
                )

    def refuse_soft_labels(self, label: Tensor | MixedLabels) -> None:
        """Raise at soft labels where the formula needs one class.

        Raises:
            TypeError: Saying so.
        """
        soft = isinstance(label, Tensor) and label.dim() > 1
        if soft and not self.accepts_soft_labels:
            raise TypeError(
                f'Expected {type(self).__name__} to get one class per label, '
                f'but got soft labels of shape {tuple(label.shape)}: its '
                'formula is not linear in the label. Mix with `BatchMixup` '
                'or `BatchRemix` (`data_preprocessor.mixing`), which make '
                '`MixedLabels`, or train without mixing.'
            )


def refuse_settings(kind: type, others: Collection[str]) -> None:
    """Raise at settings that neither a loss nor its bases take.

    Args:
        kind: A subclass of :class:`PerSampleLoss`.
        others: Names that are left over.

    Raises:
        TypeError: Naming the first of them, the nearest, and all there are.
    """
    if not others:
        return
    named = (
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    )
    known = list(
        dict.fromkeys(
            name
            for base in kind.__mro__
            if issubclass(base, PerSampleLoss)
            for name, setting in inspect.signature(base).parameters.items()
            if setting.kind in named
        )
    )
    name = next(iter(others))
    near = get_close_matches(name, known, n=1)
    hint = 'Leave it out.'
    if near:
        hint = f'Did you mean `{near[0]}`?'
    elif hasattr(kind, 'set_class_counts'):
        hint = COUNTS_ARE_SET
    raise TypeError(
        f'Expected settings of {kind.__name__}, which are '
        f'{", ".join(known)}, but got `{name}`. {hint}'
    )


def over_labels(per_label, label: Tensor | MixedLabels) -> Tensor | None:
    """A value per label, or its weighted mean where labels are mixed."""
    if not isinstance(label, MixedLabels):
        return per_label(label)
    if per_label(label.label_a) is None:
        return None
    return label.average(per_label)


def check_reduction(name: str, reduction: str) -> None:
    """Check that a reduction is known.

    Raises:
        ValueError: Listing the known ones.
    """
    hint = None if isinstance(reduction, str) else COUNTS_ARE_SET
    check_choice(name, reduction, REDUCTIONS, hint)
