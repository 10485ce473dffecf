import math

from mmengine.optim import CosineAnnealingLR
from mmpretrain.registry import PARAM_SCHEDULERS

from mmlt.functional.checks import check_integer

__all__ = ['PublishedCosineLR']


@PARAM_SCHEDULERS.register_module()
class PublishedCosineLR(CosineAnnealingLR):
    r"""Cosine learning rate with the phase of published code.

    Older PyTorch code steps its scheduler *before* each epoch: the first
    epoch has the second rate of the curve, and the last one the rate at its
    end, ``eta_min``. Over 5 epochs to 0 the rates of mmengine's
    ``CosineAnnealingLR`` add up to 1.5 times as much.

    Convention:
        - epoch e, counted from 0 after ``begin``, has ``eta_min + (lr -
          eta_min) (1 + cos(pi t / T_max)) / 2`` with t = e + 1 if
          ``as_published`` and t = e otherwise.
        - with ``every`` > 1 the rate stays for as many epochs: e is rounded
          down to a multiple of ``every``, and t = e + ``every`` if
          ``as_published``. For recipes that have two epochs for one of the
          published code.
        - t never exceeds ``T_max``: the rate does not rise again.

    Args:
        *args: As mmengine's ``CosineAnnealingLR``.
        as_published: Whether the scheduler steps before each epoch.
        every: Epochs that share a rate, >= 1.
        **kwargs: As mmengine's ``CosineAnnealingLR``: ``T_max``,
            ``eta_min``, ``begin``, ``end``, ``by_epoch``.

    Raises:
        ValueError: If ``every`` is below 1, or a schedule with such settings
            is to be converted to iterations.

    Source:
        Step before the epoch:
        https://github.com/facebookresearch/classifier-balancing/blob/f162adef63fdf592d0b8a0f6e52bc481fc08785f/run_networks.py#L255
        (cRT, LWS and their first stage); the same in
        SiLangWHL/vMF-OP@964d491 classification/run_networks.py and
        Bazinga699/NCL@f64fddb main/multi_network_train_final.py. The curve:
        Loshchilov and Hutter, ICLR 2017, https://arxiv.org/abs/1608.03983.
    """

    def __init__(
        self, *args, as_published: bool = True, every: int = 1, **kwargs
    ) -> None:
        check_integer('every', every, 1, 'A rate lasts an epoch at least.')
        self.as_published = as_published
        self.every = every
        super().__init__(*args, **kwargs)

    @classmethod
    def build_iter_from_epoch(cls, *args, **kwargs) -> 'PublishedCosineLR':
        """Refuse: steps before an epoch have no counterpart in iterations."""
        raise ValueError(
            'Expected PublishedCosineLR to count epochs, but got '
            "`convert_to_iter_based=True`. Drop it, or take mmengine's "
            'CosineAnnealingLR.'
        )

    def _get_value(self) -> list[float]:
        step = self.last_step - self.last_step % self.every
        if self.as_published:
            step += self.every
        share = min(step / self.T_max, 1.0)
        factor = (1 + math.cos(math.pi * share)) / 2
        return [
            low + (base - low) * factor
            for base, low in (
                (base, self._lowest(base)) for base in self.base_values
            )
        ]

    def _lowest(self, base: float) -> float:
        if self.eta_min_ratio is None:
            return self.eta_min
        return base * self.eta_min_ratio
