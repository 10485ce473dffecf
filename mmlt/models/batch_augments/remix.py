from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import remix_label_weights
from mmlt.functional.checks import check_choice
from mmlt.functional.remix import check_remix_settings
from mmlt.models.class_counts import ClassCountsMixin

from .mixup import BatchMixup

__all__ = ['BatchRemix']

LABEL_WEIGHTS = ('per_sample', 'batch_mean')


@MODELS.register_module()
class BatchRemix(ClassCountsMixin, BatchMixup):
    """Mixup whose label goes to the rarer of the two classes.

    The images are mixed as by ``BatchMixup``, the labels with the weights of
    :func:`~mmlt.functional.remix_label_weights`. The class counts come from
    ``LongTailHook``.

    Args:
        alpha: As ``BatchMixup``'s.
        kappa: Remix's ratio of the counts from which on the rarer class may
            take the whole label, >= 1 (no concentration).
        tau: Remix's weight in the image below which the more frequent class
            may lose its label, in [0, 1].
        label_weights: 'per_sample', as in the paper, or 'batch_mean': every
            label gets the mean of the batch's weights, as in the published
            code of Bag of Tricks and FCC.
        per_image: As ``BatchMixup``'s.

    Raises:
        ValueError: If a setting is out of range or unknown.

    Source:
        Chou et al., ECCV workshops 2020, https://arxiv.org/abs/2007.03943;
        'batch_mean':
        https://github.com/zhangyongshun/BagofTricks-LT/blob/ce7859a930649d10fb2a4fd4ed9242007eb25e2f/lib/core/combiner.py#L132-L143
    """

    def __init__(
        self,
        alpha: float = 1.0,
        kappa: float = 3.0,
        tau: float = 0.5,
        label_weights: str = 'per_sample',
        per_image: bool = False,
    ) -> None:
        super().__init__(alpha, per_image)
        check_remix_settings(kappa, tau)
        check_choice('label_weights', label_weights, LABEL_WEIGHTS)
        self.kappa = kappa
        self.tau = tau
        self.label_weights = label_weights

    def weigh_labels(
        self, label_a: Tensor, label_b: Tensor, weight: Tensor
    ) -> Tensor:
        """(N,) weights of the first labels.

        Args:
            label_a: (N,) int64.
            label_b: (N,) int64.
            weight: (N,) weights of the first images.
        """
        self.require_class_counts()
        weight = remix_label_weights(
            label_a, label_b, weight, self.class_counts, self.kappa, self.tau
        )
        if self.label_weights == 'batch_mean':
            return weight.mean().expand(len(weight))
        return weight
