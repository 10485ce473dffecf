from torch import nn

from mmlt.functional.checks import check_real

__all__ = ['DecayingWeight']


class DecayingWeight(nn.Module):
    """Base of a loss whose weight falls over the training.

    In epoch e of E (counted from 0) the weight is
    ``loss_weight * (1 - e/E) ** decay_power``. ``LongTailHook`` tells e and
    E; until :meth:`set_progress` is called the weight is ``loss_weight``.

    Args:
        loss_weight: Weight at the beginning, >= 0.
        decay_power: Exponent >= 0 of the decay; 0 keeps the weight.
        loss_name: Under which a head reports it; contains 'loss'.

    Raises:
        ValueError: If a number is negative or not finite, or the name would
            keep the loss out of the sum.
    """

    def __init__(
        self, loss_weight: float, decay_power: float, loss_name: str
    ) -> None:
        super().__init__()
        self.loss_weight = check_real(
            'loss_weight', loss_weight, 0, 'The published weight is 0.2.'
        )
        self.decay_power = check_real(
            'decay_power', decay_power, 0, '0 keeps the weight constant.'
        )
        if 'loss' not in loss_name:
            raise ValueError(
                "Expected `loss_name` to contain 'loss', but got "
                f'{loss_name!r}. Add it: mmengine adds up what has it.'
            )
        self.loss_name = loss_name
        self.weight = self.loss_weight

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Set the weight of an epoch; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        left = max(1 - epoch / max_epochs, 0.0)
        self.weight = self.loss_weight * left**self.decay_power
