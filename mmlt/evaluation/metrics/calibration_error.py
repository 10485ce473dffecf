import torch
from mmpretrain.registry import METRICS

from mmlt.evaluation.prediction_batch import PredictionBatch
from mmlt.evaluation.streaming_metric import StreamingMetric
from mmlt.functional import percent
from mmlt.functional.calibration import (
    bins_of_sums,
    calibration_sums,
    check_num_bins,
    error_of_bins,
)

__all__ = ['CalibrationError']


@METRICS.register_module()
class CalibrationError(StreamingMetric):
    """Expected and maximum calibration error, in percent.

    Registered form of :func:`~mmlt.functional.calibration_error`, with its
    conventions (bins closed on the right). The numbers are 'ece' and 'mce'
    of :class:`LongTailMetric`, without its rounding of a confidence below
    1/512 to 2^-32, and with bin edges in half precision where the scores
    are.

    Args:
        num_bins: Bins of equal width, >= 1.
        collect_device: mmengine's; not used.
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
        check_num_bins(num_bins)
        self.num_bins = num_bins

    def start(self, num_classes: int, device: torch.device) -> dict:
        """Empty bins."""
        return {'bins': torch.zeros(4, self.num_bins).long().to(device)}

    def add(self, batch: PredictionBatch) -> None:
        """Put the samples into the bins of their confidence."""
        batch.require_probabilities()
        self.sums['bins'] += calibration_sums(
            batch.top[0], batch.correct, self.num_bins
        )

    def read(self) -> dict[str, float]:
        """ECE and MCE in percent."""
        bins = bins_of_sums(self.sums['bins'].cpu())
        return percent(
            {
                'ece': error_of_bins(*bins, 'l1').item(),
                'mce': error_of_bins(*bins, 'max').item(),
            }
        )
