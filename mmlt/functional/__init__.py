"""Every number of the project: pure functions of torch tensors.

No registry, no configuration, no file and no print. Imports torch and numpy
alone (``mpmath_reference``, the oracle, is never imported from here).
"""

from .bessel import iv_ratio, log_iv
from .calibration import (
    calibration_bins,
    calibration_error,
    top_calibration_error,
)
from .classification_state import ClassificationState
from .classification_summary import classification_summary
from .clusters import cluster_spread, principal_components
from .compression import compress_features, compression_factors
from .correlation import spearman_correlation
from .equal_mass import adaptive_calibration_error, equal_mass_bins
from .held_out import class_mean, held_out_rows
from .long_tail import class_counts, long_tailed_counts, long_tailed_indices
from .misclassified_area import (
    misclassified_area,
    misclassified_area_counts,
    scaled_feature_logits,
)
from .posthoc import (
    balanced_weights,
    fit_by_likelihood,
    group_gaps,
    log_linear_temperature,
    logit_adjusted,
    predicted_class_temperature,
    standardised,
    stratified_folds,
    tau_normalised_logits,
)
from .prior_shift import (
    estimate_prior,
    long_tailed_prior,
    shift_prior,
    weights_for_prior,
)
from .repetitions import mean_over_seeds, seed_difference
from .shots import group_accuracy, shot_groups
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
from .vmf_classifier import (
    check_vmf_parameters,
    directional_logits,
    head_bias,
    head_to_vmf,
    mean_overlaps,
    positive_concentration,
    raw_concentration,
    vmf_bias,
)
from .vmf_conversion import (
    causal_to_vmf,
    cosine_to_vmf,
    linear_to_vmf,
    tau_norm_to_vmf,
)

__all__ = [
    'ClassificationState',
    'adaptive_calibration_error',
    'balanced_weights',
    'calibrated_concentration',
    'calibration_bins',
    'calibration_error',
    'causal_to_vmf',
    'check_vmf_parameters',
    'class_counts',
    'class_feature_consistency',
    'class_mean',
    'cluster_spread',
    'classification_summary',
    'compress_features',
    'compression_factors',
    'cosine_to_vmf',
    'directional_logits',
    'equal_mass_bins',
    'estimate_prior',
    'fit_by_likelihood',
    'group_accuracy',
    'group_gaps',
    'head_bias',
    'head_to_vmf',
    'held_out_rows',
    'inter_class_discrepancy',
    'iv_ratio',
    'linear_to_vmf',
    'log_iv',
    'log_linear_temperature',
    'logit_adjusted',
    'long_tailed_counts',
    'long_tailed_indices',
    'mean_over_seeds',
    'long_tailed_prior',
    'mean_overlaps',
    'misclassified_area',
    'misclassified_area_counts',
    'overlap_row_means',
    'positive_concentration',
    'principal_components',
    'raw_concentration',
    'seed_difference',
    'shot_groups',
    'spearman_correlation',
    'predicted_class_temperature',
    'raw_concentration',
    'scaled_feature_logits',
    'shift_prior',
    'shot_groups',
    'standardised',
    'stratified_folds',
    'tau_norm_to_vmf',
    'tau_normalised_logits',
    'top_calibration_error',
    'vmf_bias',
    'vmf_kl',
    'vmf_log_partition',
    'vmf_mean_resultant',
    'vmf_mean_resultant_derivative',
    'vmf_overlap',
    'weights_for_prior',
]
