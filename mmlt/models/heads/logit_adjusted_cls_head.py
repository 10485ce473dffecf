from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import logit_adjustment
from mmlt.functional.checks import check_real
from mmlt.models.class_counts import ClassCountsMixin

__all__ = ['LogitAdjustedClsHead']


@MODELS.register_module()
class LogitAdjustedClsHead(ClassCountsMixin, LinearClsHead):
    """Linear classifier that takes the training prior out at test (post-hoc).

    In training the logits z are those of ``LinearClsHead``; in evaluation
    mode they are z_c - tau log(n_c / sum(n)). Use it instead of a trained
    ``LinearClsHead`` and test the same checkpoint, which must hold the class
    counts (those of mmlt do, in ``meta``).

    Args:
        num_classes: C.
        in_channels: D.
        tau: Strength of the adjustment >= 0; 0 is the linear classifier.
        **kwargs: As mmpretrain's ``LinearClsHead``.

    Raises:
        RuntimeError: In evaluation mode, if the counts were never set.
        ValueError: If ``tau`` is negative, or a class has no image.

    Source:
        Menon et al., ICLR 2021, https://arxiv.org/abs/2007.07314, Eq. 9.
    """

    def __init__(
        self, num_classes: int, in_channels: int, tau: float = 1.0, **kwargs
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        self.tau = check_real('tau', tau, 0, 'The paper takes 1.')

    def class_counts_changed(self) -> None:
        """Check that every class has an image: log 0 is -inf.

        Raises:
            ValueError: Naming the class.
        """
        self.refuse_empty_classes('its log prior is -inf')

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Logits (N, C), adjusted in evaluation mode.

        Args:
            feats: Features; the last ones, (N, D), are classified.
        """
        logits = super().forward(feats)
        if self.training:
            return logits
        self.require_class_counts()
        return logit_adjustment(logits, self.class_counts, self.tau)
