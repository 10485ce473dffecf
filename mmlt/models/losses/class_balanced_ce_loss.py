from torch import Tensor

from mmlt.functional import class_weighted_cross_entropy
from mmlt.parents import MODELS

from .reweighted_loss import ReweightedLoss

__all__ = ['ClassBalancedCELoss']


@MODELS.register_module()
class ClassBalancedCELoss(ReweightedLoss):
    """Cross-entropy with class weights, divided by the weights of the batch.

    The mean is sum(w_y loss) / sum(w_y), as of ``torch.nn.CrossEntropyLoss``
    with weights, whatever ``avg_factor`` the head gives. With
    ``reweight='cost_sensitive'`` it is the cost-sensitive CE (CSCE).

    Args:
        reweight: 'class_balanced', 'cost_sensitive' or None.
        beta: In [0, 1), of 'class_balanced'; 0 is plain cross-entropy. The
            configs of FCC: 0.9999 on CIFAR-10-LT, 0.9 on CIFAR-100-LT.
        power: >= 0, of 'cost_sensitive'; 0 is plain cross-entropy.
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        ValueError: If a setting is out of range or unknown.

    Source:
        Cui et al., CVPR 2019, https://arxiv.org/abs/1901.05555
    """

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Weighted loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices or (N, C) soft labels.
        """
        return class_weighted_cross_entropy(logits, labels, self.class_weights)
