from collections.abc import Sequence

from mmpretrain.registry import MODELS
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from .long_tail_classifier import LongTailClassifier, parts_to_freeze

__all__ = ['ShiftedNormClassifier']


@MODELS.register_module()
class ShiftedNormClassifier(LongTailClassifier):
    """A frozen network whose batch normalization follows another sampling.

    For a second stage on class-balanced batches: no weight of the frozen
    parts is trained, their scale and offset included, but the running mean
    and variance of their batch normalization go on (``shift_bn``), so that
    they become those of the balanced images. In training such a layer
    normalizes by its batch.

    Args:
        *args: As :class:`LongTailClassifier`.
        shift_bn: True for all frozen parts; False for none; or names of the
            parts whose statistics go on, such as 'backbone.layer4', while
            the other frozen ones keep theirs.
        **kwargs: As :class:`LongTailClassifier`, but ``norm_eval``, which
            ``shift_bn`` replaces.

    Raises:
        TypeError: If ``norm_eval`` is given too.
        ValueError: If nothing is frozen, or the model has no part of a name,
            or that part is not inside a frozen one.

    Source:
        Zhong et al. (MiSLAS), CVPR 2021, https://arxiv.org/abs/2104.00466
        (shift learning on batch normalization); the switch is that of
        https://github.com/dvlab-research/MiSLAS/blob/0fc381e333d8a11170851b7af2058c59840969e0/train_stage2.py
    """

    def __init__(
        self, *args, shift_bn: bool | Sequence[str] = True, **kwargs
    ) -> None:
        if 'norm_eval' in kwargs:
            raise TypeError(
                'Expected ShiftedNormClassifier without `norm_eval`, but got '
                f'{kwargs["norm_eval"]!r}. Set `shift_bn`, its opposite.'
            )
        super().__init__(*args, norm_eval=shift_bn is not True, **kwargs)
        if not self.frozen:
            raise ValueError(
                'Expected `frozen` of ShiftedNormClassifier to name the parts '
                'that are not trained, but got none. Such as '
                "frozen=['backbone']."
            )
        names = [] if isinstance(shift_bn, bool) else shift_bn
        self.shifted: tuple[nn.Module, ...] = parts_to_freeze(self, names)
        inside = {m for part in self.frozen for m in part.modules()}
        for part in self.shifted:
            if part not in inside:
                raise ValueError(
                    'Expected `shift_bn` to name parts inside the frozen '
                    f'ones, but got {shift_bn!r}. What is trained moves its '
                    'statistics anyway.'
                )

    def train(self, mode: bool = True) -> 'ShiftedNormClassifier':
        """Training mode, in which the statistics of ``shift_bn`` go on."""
        super().train(mode)
        if mode:
            for part in self.shifted:
                for module in part.modules():
                    if isinstance(module, _BatchNorm):
                        module.train()
        return self
