"""Every number of the project: pure functions of torch tensors.

No registry, no configuration, no file and no print. Imports torch and numpy
alone (``mpmath_reference``, the oracle, is never imported from here).
"""

from .bessel import iv_ratio, log_iv
from .vmf import (
    calibrated_concentration,
    class_feature_consistency,
    inter_class_discrepancy,
    overlap_row_means,
    vmf_kl,
    vmf_log_partition,
    vmf_mean_resultant,
    vmf_mean_resultant_derivative,
    vmf_overlap,
)
from .vmf_conversion import (
    causal_to_vmf,
    cosine_to_vmf,
    linear_to_vmf,
    tau_norm_to_vmf,
)

__all__ = [
    'calibrated_concentration',
    'causal_to_vmf',
    'class_feature_consistency',
    'cosine_to_vmf',
    'inter_class_discrepancy',
    'iv_ratio',
    'linear_to_vmf',
    'log_iv',
    'overlap_row_means',
    'tau_norm_to_vmf',
    'vmf_kl',
    'vmf_log_partition',
    'vmf_mean_resultant',
    'vmf_mean_resultant_derivative',
    'vmf_overlap',
]
