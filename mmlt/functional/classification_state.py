"""What is summed while predictions stream by, for every metric at once."""

from collections.abc import Sequence

import torch
from torch import Tensor

from .calibration import check_num_bins, confidence_bin
from .checks import check_integer
from .prediction_checks import check_predictions, check_probabilities
from .shots import SHOTS, shot_groups

__all__ = ['ClassificationState']

# sums are kept in whole units, as int64: the same in any order
UNIT = 2.0**-32
NUM_CELLS = 2**16
# of a chunk, so that its copy in float64 stays in the cache
CHUNK_ELEMENTS = 2**20
LARGEST_NLL = 708.0


class ClassificationState:
    """Sums over predictions, from which :func:`classification_summary` reads.

    Memory is O(C B), or O(C^2) with ``confusion``, however many samples
    there are; an update makes one softmax at most.

    Convention:
        - every sum is a whole number of units of 2^-32, in int64. Each
          sample is rounded once (by at most 1.2e-10) and the sums are exact
          after that: batches, processes and devices give the same to the
          last bit, and :meth:`merge` adds.
        - an argmax tie goes to the smallest class index, and so does a tie
          about the k-th place of top-k.
        - bins as in :func:`~mmlt.functional.calibration_bins`: closed on the
          right, edges in the dtype of the scores.
        - a probability of 0 counts as the smallest normal number of its
          dtype in the negative log-likelihood (87.3 in float32): a softmax
          underflows there. From logits it is exact, up to 708.
        - half precision is taken to float32 first.

    Args:
        num_classes: C >= 1.
        num_bins: B >= 1.
        topk: Each k from 1 to C; None for 1 and, with more than five
            classes, 5: the label is always among the first C.
        class_counts: (C,) training images per class, for the shot groups.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        confusion: Whether the (C, C) confusion matrix is kept.
        device: Where the sums are.

    Raises:
        ValueError: If an argument is not as above.

    Examples:
        >>> state = ClassificationState(num_classes=2, num_bins=10)
        >>> probs = torch.tensor([[0.9, 0.1], [0.6, 0.4]])
        >>> _ = state.update(probs, torch.tensor([0, 1]))
        >>> state.num_samples
        2

    Source:
        Ours: sums from which the metrics follow; what is summed and why it is
        exact is stated above.
    """

    def __init__(
        self,
        num_classes: int,
        num_bins: int = 15,
        topk: Sequence[int] | None = None,
        class_counts: Sequence[int] | Tensor | None = None,
        many: int = 100,
        few: int = 20,
        confusion: bool = False,
        device: torch.device | str = 'cpu',
    ) -> None:
        check_num_bins(num_bins)
        hint = 'It is the number of columns of the scores.'
        check_integer('num_classes', num_classes, 1, hint)
        if topk is None:
            topk = (1, 5) if num_classes > 5 else (1,)
        topk = check_topk(topk, num_classes)
        self.num_classes, self.num_bins, self.topk = (
            num_classes,
            num_bins,
            topk,
        )
        self.many, self.few = many, few
        shot_groups([0], many, few)  # refuses a wrong order
        self.shots: dict[str, Tensor] | None = None
        self.class_counts: Tensor | None = None
        group = torch.zeros(num_classes, dtype=torch.long)
        if class_counts is not None:
            self.class_counts = torch.as_tensor(class_counts).cpu()
            if len(self.class_counts) != num_classes:
                raise ValueError(
                    f'Expected `class_counts` of {num_classes} classes, but '
                    f'got those of {len(self.class_counts)}. Take both from '
                    'one data set.'
                )
            self.shots = shot_groups(self.class_counts, many, few)
            for g, name in enumerate(SHOTS):
                group[self.shots[name]] = g
        self.group = group.to(device)
        self._copy: Tensor | None = None
        sizes = {
            # count, sum of confidence, correct predictions
            'by_label': (3, num_classes, num_bins),
            'by_prediction': (3, num_classes, num_bins),
            # the same of every class's probability
            'classwise': (3, num_classes, num_bins),
            # the same per shot group, in fine cells of confidence
            'cells': (3, 1 if self.shots is None else 3, NUM_CELLS),
            'hits': (num_classes, len(topk)),
            'nll': (num_classes,),
            'brier': (num_classes,),
        }
        if confusion:
            sizes['confusion'] = (num_classes, num_classes)
        self.sums = {
            name: torch.zeros(size, dtype=torch.long, device=device)
            for name, size in sizes.items()
        }

    def _in_float64(self, probs: Tensor) -> Tensor:
        """A copy in memory that is there already: a new one costs more."""
        if self._copy is None or len(self._copy) < len(probs):
            self._copy = torch.empty_like(probs, dtype=torch.float64)
        return self._copy[: len(probs)].copy_(probs)

    @property
    def num_samples(self) -> int:
        """N so far."""
        return int(self.sums['by_label'][0].sum())

    def merge(self, sums: dict[str, Tensor]) -> None:
        """Add the ``sums`` of another state with the same settings.

        Raises:
            ValueError: If they are of other settings.
        """
        mine = {name: v.shape for name, v in self.sums.items()}
        theirs = {name: v.shape for name, v in sums.items()}
        if mine != theirs:
            raise ValueError(
                'Expected sums of the same classes, bins and settings, '
                f'{mine}, but got {theirs}. Build both with the same '
                'arguments.'
            )
        for name, value in self.sums.items():
            value += sums[name].to(value.device)

    @torch.no_grad()
    def update(
        self, scores: Tensor, labels: Tensor, kind: str = 'probabilities'
    ) -> tuple[Tensor, Tensor]:
        """Add a batch.

        Args:
            scores: (N, C) floating point, on the device of the sums.
            labels: (N,) int64 in [0, C).
            kind: 'probabilities' or 'logits'. Nothing is guessed.

        Returns:
            Confidence and predicted class of each sample, (N,) each.

        Raises:
            ValueError: If a shape, a label or a score is not as above; if
                probabilities are negative, nan or do not sum to 1.
        """
        check_predictions(scores, labels, self.num_classes, kind)
        rows = max(1, CHUNK_ELEMENTS // self.num_classes)
        parts = zip(scores.split(rows), labels.split(rows), strict=True)
        found = [self._add(part, y, kind) for part, y in parts]
        confidence, predicted = zip(*found, strict=True)
        return torch.cat(confidence), torch.cat(predicted)

    def _add(
        self, scores: Tensor, y: Tensor, kind: str
    ) -> tuple[Tensor, Tensor]:
        half = scores.dtype in (torch.float16, torch.bfloat16)
        scores = scores.float() if half else scores
        probs = scores.softmax(1) if kind == 'logits' else scores
        exact = self._in_float64(probs)
        check_probabilities(exact, kind, half)
        c, b = self.num_classes, self.num_bins

        first_edge = torch.tensor(1 / b, dtype=probs.dtype)
        confidence, row, classes, maxima = peaks(
            probs, first_edge.to(probs.device)
        )
        values = probs[row, classes]
        best = values == confidence[row]
        predicted = torch.full_like(y, c).scatter_reduce(
            0, row[best], classes[best], 'amin'
        )
        correct = predicted == y
        of_label = probs.gather(1, y[:, None]).squeeze(1)

        sample = torch.stack(
            [
                torch.ones_like(y),
                in_units(confidence),
                correct.long(),
            ]
        )
        index = confidence_bin(confidence, b)
        self._scatter('by_label', y * b + index, sample)
        self._scatter('by_prediction', predicted * b + index, sample)
        cell = confidence_cell(confidence)
        self._scatter('cells', self.group[y] * NUM_CELLS + cell, sample)

        # as many classes ahead as columns whose maximum is: an early no
        ahead = (maxima > of_label[:, None]).sum(1)
        place = torch.where(correct, 0, ahead)
        near = ~correct & (ahead < max(self.topk))
        if max(self.topk) > 1:
            near = near.nonzero().flatten()
            place[near] = label_place(probs[near], y[near])
        hits = torch.stack([place < k for k in self.topk], dim=1)
        hits &= correct[:, None] | torch.tensor(
            [k > 1 for k in self.topk], device=y.device
        )
        self.sums['hits'].index_add_(0, y, hits.long())
        if kind == 'logits':
            gap = scores.gather(1, predicted[:, None]) - scores.gather(
                1, y[:, None]
            )
            nll = gap.squeeze(1).double() - confidence.double().log()
            nll = nll.clamp(max=LARGEST_NLL)  # a logit of -inf
        else:
            tiny = torch.finfo(probs.dtype).tiny
            nll = -of_label.clamp(min=tiny).double().log()
        self.sums['nll'].index_add_(0, y, in_units(nll))
        square = torch.linalg.vector_norm(exact, dim=1).square()
        brier = square - 2 * of_label.double() + 1
        self.sums['brier'].index_add_(0, y, in_units(brier))
        if 'confusion' in self.sums:
            flat = self.sums['confusion'].view(-1)
            flat.index_add_(0, y * c + predicted, torch.ones_like(y))
        self._add_classwise(exact, y, row, classes, values)
        return confidence, predicted

    def _add_classwise(
        self,
        exact: Tensor,
        y: Tensor,
        row: Tensor,
        classes: Tensor,
        values: Tensor,
    ) -> None:
        """All into bin 0, then what is larger into its own bin."""
        c, b = self.num_classes, self.num_bins
        # sums of whole numbers below 2^53 are exact in float64
        total = exact.mul_(1 / UNIT).round_().sum(0).long()
        first = self.sums['classwise'][:, :, 0]
        first[0] += len(y)
        first[1] += total
        first[2] += torch.bincount(y, minlength=c)
        index = confidence_bin(values, b)
        above = index > 0
        row, classes, index = row[above], classes[above], index[above]
        moved = torch.stack(
            [
                torch.ones_like(classes),
                in_units(values[above]),
                (classes == y[row]).long(),
            ]
        )
        self._scatter('classwise', classes * b + index, moved)
        self._scatter('classwise', classes * b, -moved)

    def _scatter(self, name: str, index: Tensor, values: Tensor) -> None:
        table = self.sums[name].view(3, -1)
        table.index_add_(1, index, values)


def check_topk(
    topk: Sequence[int], num_classes: int | None = None
) -> tuple[int, ...]:
    """Check that each k counts among the classes.

    Args:
        topk: What to check.
        num_classes: C; None where it is not known yet.

    Raises:
        ValueError: If it is empty, or a k is not in 1 ... C.
    """
    topk = tuple(topk)
    if not topk:
        raise ValueError(
            'Expected `topk` to be integers >= 1, but got none. Pass (1,).'
        )
    for k in topk:
        check_integer('topk', k, 1, '1 counts the class with the top score.')
        if num_classes is not None and k > num_classes:
            raise ValueError(
                'Expected each of `topk` to be at most the number of classes, '
                f'{num_classes}, but got {k}: every prediction would be '
                'right. Leave it out.'
            )
    return topk


def in_units(values: Tensor) -> Tensor:
    """Whole units of 2^-32, rounded to nearest, int64."""
    return (values.double() * (1 / UNIT)).round_().long()


def peaks(
    probs: Tensor, threshold: Tensor, columns: int = 256
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The largest of each row, and all above a threshold.

    With many classes, most of a row is far below: the maxima of a (C /
    columns, columns) view say where to look.

    Args:
        probs: (N, C).
        threshold: Scalar.
        columns: Of the view.

    Returns:
        confidence (N,); row (M,) and class (M,) of what is above the
        threshold or equals the confidence of its row; maxima (N, K) of
        disjoint sets of classes.
    """
    size, cut = probs.shape[1], probs.shape[1] // columns * columns
    if cut < 2 * columns:
        confidence = probs.amax(1)
        return confidence, *_at_least(probs, threshold, confidence), probs
    view = probs[:, :cut].unflatten(1, (-1, columns))
    maxima = view.amax(1)
    confidence = maxima.amax(1)
    if cut < size:
        confidence = torch.maximum(confidence, probs[:, cut:].amax(1))
    row, column = _at_least(maxima, threshold, confidence)
    inside, step = _at_least(view[row, :, column], threshold, confidence[row])
    found = [(row[inside], column[inside] + step * columns)]
    if cut < size:
        row, column = _at_least(probs[:, cut:], threshold, confidence)
        found.append((row, column + cut))
    row, classes = (torch.cat(parts) for parts in zip(*found, strict=True))
    return confidence, row, classes, maxima


def _at_least(
    values: Tensor, threshold: Tensor, confidence: Tensor
) -> tuple[Tensor, Tensor]:
    mask = (values > threshold) | (values == confidence[:, None])
    row, column = mask.nonzero(as_tuple=True)
    return row, column


def confidence_cell(confidence: Tensor) -> Tensor:
    r"""Fine cell of a confidence, monotone, (N,) int64 below 2^16.

    Cells of equal width in (2/pi) asin(sqrt(p)), on which a share has one
    standard error everywhere: 2.4e-5 wide in the middle, and near 0 and 1
    fine enough to hold no two float32 numbers.
    """
    angle = confidence.double().clamp(0, 1).sqrt().asin() * (2 / torch.pi)
    return (angle * NUM_CELLS).long().clamp(max=NUM_CELLS - 1)


def label_place(probs: Tensor, y: Tensor) -> Tensor:
    """How many classes come before the label; ties by class index.

    Args:
        probs: (N, C).
        y: (N,) labels.

    Returns:
        (N,) int64, 0 where the label is predicted.
    """
    mine = probs.gather(1, y[:, None])
    place = torch.count_nonzero(probs > mine, dim=1)
    # a tie is rare: look at the order only where there is one
    tied = torch.count_nonzero(probs == mine, dim=1) > 1
    row = tied.nonzero().flatten()
    before = torch.arange(probs.shape[1], device=y.device) < y[row, None]
    place[row] += ((probs[row] == mine[row]) & before).sum(1)
    return place
