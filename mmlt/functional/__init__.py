"""Every number of the project: pure functions of torch tensors.

No registry, no configuration, no file and no print. Imports torch and numpy
alone (``mpmath_reference``, the oracle, is never imported from here).
"""

from .calibration import (
    calibration_bins,
    calibration_error,
    top_calibration_error,
)
from .compression import compress_features, compression_factors
from .long_tail import class_counts, long_tailed_counts, long_tailed_indices
from .shots import group_accuracy, shot_groups

__all__ = [
    'calibration_bins',
    'calibration_error',
    'class_counts',
    'compress_features',
    'compression_factors',
    'group_accuracy',
    'long_tailed_counts',
    'long_tailed_indices',
    'shot_groups',
    'top_calibration_error',
]
