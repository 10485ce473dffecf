"""Every number of a classifier, read from the sums of its predictions."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from .calibration import error_of_bins
from .classification_state import UNIT, ClassificationState
from .equal_mass import equal_mass_bins
from .macro_f1 import macro_f1
from .shots import SHOTS, mean_accuracy

__all__ = ['classification_summary', 'confusion_shares']


def classification_summary(state: ClassificationState) -> dict:
    """Named numbers and arrays of all that a state has seen.

    Convention:
        - shot groups are of the *true* class of a sample, as everywhere in
          the field; a group without a test sample has nan. Accuracy and
          class-wise ECE of a group ('many', ...) are means over its classes;
          everything else of a group ('top1_many', 'ece_many', ...) is of its
          samples, each alike (pooled). Where the classes have the same
          number of test samples, 'many' and 'top1_many' are equal.
        - macro accuracy, h-mean, g-mean and worst class are of the recall of
          the classes that have a test sample; one recall of 0 makes h-mean
          and g-mean 0. Macro F1 counts a class without a test sample, too,
          where it is predicted (:func:`macro_f1`).
        - numbers are fractions; 'brier' is in [0, 2] and 'nll' in nats.
        - adaptive ECE is of equal-mass bins over 2^16 fine cells of
          confidence instead of a sort (:func:`confidence_cell`); what the
          sort gives differs by 2e-5 at most on the networks of the test.

    Args:
        state: What was summed.

    Returns:
        ``num_samples``, ``num_classes``; ``class_counts`` (C,) or None;
        ``shots``, {name: (C,) bool} or None;

        ``numbers``: {name: float}, of 'top<k>', 'ece', 'mce',
        'adaptive_ece', 'classwise_ece', 'brier', 'nll' for all samples and,
        with '_many', '_medium', '_few', for each group; 'many', 'medium',
        'few' (accuracy), 'macro_accuracy', 'macro_f1', 'h_mean',
        'g_mean', 'worst_class';

        ``per_class``: {name: (C,)}, 'count' (test samples), 'predicted',
        'recall', 'precision' (nan where nothing was predicted),
        'confidence', 'nll', 'brier', 'classwise_ece';

        ``reliability``: {'all' | 'many' | ...: bins}, and
        ``reliability_by_prediction``, where the groups are of the predicted
        class; bins are 'edges' (B + 1,), 'count', 'confidence', 'accuracy'
        (B,), the last two 0 in an empty bin;

        ``equal_mass``: the same groups, 'mass', 'confidence', 'accuracy';

        ``confusion``: (C, C) int64, true class by predicted class, or None.

    Examples:
        >>> state = ClassificationState(num_classes=2, num_bins=10)
        >>> probs = torch.tensor([[0.9, 0.1], [0.6, 0.4]])
        >>> _ = state.update(probs, torch.tensor([0, 1]))
        >>> numbers = classification_summary(state)['numbers']
        >>> round(float(numbers['top1']), 4), round(float(numbers['ece']), 4)
        (0.5, 0.35)

    Source:
        Calibration: Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599,
        Eq. 3 and 5; adaptive: Nixon et al., 2019,
        https://arxiv.org/abs/1904.01685; class-wise: Kull et al., NeurIPS
        2019, https://arxiv.org/abs/1910.12656. Shot groups: Liu et al. (OLTR),
        CVPR 2019, https://arxiv.org/abs/1904.05160, Sec. 4. Brier score:
        Brier, Monthly Weather Review 78, 1950. The others are textbook means
        of the recall.
    """
    sums = {name: value.cpu() for name, value in state.sums.items()}
    everything = torch.ones(state.num_classes, dtype=torch.bool)
    groups = {'all': everything} | (
        dict.fromkeys(SHOTS, ~everything)
        if state.shots is None
        else state.shots
    )
    summary = {
        'num_samples': state.num_samples,
        'num_classes': state.num_classes,
        'class_counts': state.class_counts,
        'shots': state.shots,
        'per_class': _per_class(sums),
        'reliability': _reliability(sums['by_label'], groups),
        'reliability_by_prediction': _reliability(
            sums['by_prediction'], groups
        ),
        'equal_mass': _equal_mass(sums['cells'], state, groups),
        'confusion': sums.get('confusion'),
    }
    summary['numbers'] = _numbers(sums, state, groups, summary)
    return summary


def _per_class(sums: dict[str, Tensor]) -> dict[str, Tensor]:
    count, confidence, correct = sums['by_label'].sum(2).double()
    predicted, _, right = sums['by_prediction'].sum(2).double()
    number = sums['by_label'][0].sum()
    _, probability, hits = sums['classwise'].double()
    gap = (probability * UNIT - hits).abs().sum(1) / number
    return {
        'count': count.long(),
        'predicted': predicted.long(),
        'recall': correct / count,
        'precision': right / predicted,
        'confidence': confidence * UNIT / count,
        'nll': sums['nll'].double() * UNIT / count,
        'brier': sums['brier'].double() * UNIT / count,
        'classwise_ece': gap,
    }


def _reliability(table: Tensor, groups: dict[str, Tensor]) -> dict:
    num_bins = table.shape[2]
    edges = torch.arange(num_bins + 1).double() / num_bins
    bins = {}
    for name, group in groups.items():
        count, confidence, correct = table[:, group].sum(1)
        mass = count.clamp(min=1).double()
        bins[name] = {
            'edges': edges,
            'count': count,
            'confidence': confidence.double() * UNIT / mass,
            'accuracy': correct.double() / mass,
        }
    return bins


def _equal_mass(
    cells: Tensor, state: ClassificationState, groups: Iterable[str]
) -> dict:
    bins = {}
    for name in groups:
        if name == 'all':
            of = cells.sum(1)
        elif state.shots is None:
            of = torch.zeros_like(cells[:, 0])
        else:
            of = cells[:, SHOTS.index(name)]
        mass, confidence, accuracy = equal_mass_bins(
            of[0], of[1].double() * UNIT, of[2], state.num_bins
        )
        bins[name] = {
            'mass': mass,
            'confidence': confidence,
            'accuracy': accuracy,
        }
    return bins


def _numbers(
    sums: dict[str, Tensor],
    state: ClassificationState,
    groups: dict[str, Tensor],
    summary: dict,
) -> dict[str, float]:
    recall, per_class = summary['per_class']['recall'], summary['per_class']
    present = recall[~recall.isnan()]
    numbers = {}
    for name, group in groups.items():
        suffix = '' if name == 'all' else f'_{name}'
        size = sums['by_label'][0, group].sum().double()
        hits = sums['hits'][group].sum(0) / size
        for k, share in zip(state.topk, hits, strict=True):
            numbers[f'top{k}{suffix}'] = share
        bins = summary['reliability'][name]
        of = bins['count'], bins['confidence'], bins['accuracy']
        numbers[f'ece{suffix}'] = error_of_bins(*of)
        largest = error_of_bins(*of, 'max')
        numbers[f'mce{suffix}'] = largest if size else size / size
        bins = summary['equal_mass'][name]
        gap = (bins['confidence'] - bins['accuracy']).abs()
        numbers[f'adaptive_ece{suffix}'] = gap.mean()
        numbers[f'classwise_ece{suffix}'] = per_class['classwise_ece'][
            group
        ].mean()
        for key in ('brier', 'nll'):
            numbers[f'{key}{suffix}'] = (
                sums[key][group].sum().double() * UNIT / size
            )
        if name != 'all':
            samples, _, correct = sums['by_label'][:, group].sum(2)
            numbers[name] = mean_accuracy(correct, samples)
    numbers['macro_accuracy'] = present.mean()
    numbers['h_mean'] = 1 / (1 / present).mean()
    numbers['g_mean'] = present.log().mean().exp()
    numbers['worst_class'] = present.min() if len(present) else present.mean()
    samples, _, correct = sums['by_label'].sum(2)
    predicted = sums['by_prediction'][0].sum(1)
    numbers['macro_f1'] = macro_f1(correct, samples, predicted)
    return {name: float(value) for name, value in numbers.items()}


def confusion_shares(confusion: Sequence[Sequence[int]] | Tensor) -> Tensor:
    """Rows of a confusion matrix as shares of their true class.

    Args:
        confusion: (C, C) numbers of samples, true class by predicted class.

    Returns:
        (C, C) float64; a row sums to 1, or is 0 for a class without a
        sample.

    Examples:
        >>> confusion_shares([[8, 2], [1, 3]])
        tensor([[0.8000, 0.2000],
                [0.2500, 0.7500]], dtype=torch.float64)

    Source:
        Textbook: scikit-learn's ``confusion_matrix(normalize='true')``,
        https://scikit-learn.org/stable/modules/generated/sklearn.metrics.confusion_matrix.html
    """
    counts = torch.as_tensor(confusion).double()
    return counts / counts.sum(1, keepdim=True).clamp(min=1)
