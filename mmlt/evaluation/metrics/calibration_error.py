from mmpretrain.registry import METRICS
from torch import Tensor

from mmlt.evaluation.batch_metric import BatchMetric
from mmlt.functional import top_calibration_error
from mmlt.functional.prediction_checks import HALF, check_probabilities

__all__ = ['CalibrationError']


@METRICS.register_module()
class CalibrationError(BatchMetric):
    """Expected and maximum calibration error, in percent.

    Registered form of :func:`~mmlt.functional.calibration_error`, with its
    conventions (bins closed on the right).

    Args:
        num_bins: Bins of equal width, >= 1.
        collect_device: Parent's.
        prefix: Of the keys; 'calibration' by default.

    Keys: ``calibration/ece``, ``calibration/mce``.

    Raises:
        ValueError: If ``num_bins`` is not a positive integer; at evaluation,
            if scores are no distribution or a label is out of range.

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Eq. 3 and 5.
    """

    default_prefix = 'calibration'

    def __init__(
        self,
        num_bins: int = 15,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if not isinstance(num_bins, int) or num_bins < 1:
            raise ValueError(
                'Expected `num_bins` to be an integer >= 1, but got '
                f'{num_bins!r}.'
            )
        self.num_bins = num_bins

    def reduce(self, scores: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Keep the confidence, and whether the prediction is right."""
        check_probabilities(scores.double(), half=scores.dtype in HALF)
        confidence, predicted = scores.max(dim=1)
        return {'confidence': confidence, 'correct': predicted == labels}

    def compute(self, kept: dict[str, Tensor]) -> dict[str, float]:
        """ECE and MCE in percent."""
        confidence, correct = kept['confidence'], kept['correct']
        return {
            key: 100
            * top_calibration_error(
                confidence, correct, self.num_bins, norm
            ).item()
            for key, norm in (('ece', 'l1'), ('mce', 'max'))
        }
