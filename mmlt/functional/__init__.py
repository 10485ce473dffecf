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
from .collaboration import (
    hard_classes,
    mutual_distillation,
    ncl_losses,
    restrict_logits,
)
from .compression import (
    compress_features,
    compress_mixed_features,
    compression_factors,
)
from .contrast import contrastive_loss
from .correlation import spearman_correlation
from .cost import all_reduce_bytes, model_state_bytes, step_seconds
from .distillation import distillation_loss, virtual_examples
from .equal_mass import adaptive_calibration_error, equal_mass_bins
from .experts import reversed_prior, sade_adjustments, view_agreement
from .focal import one_vs_all_focal_loss
from .held_out import class_mean, held_out_rows
from .linear_classifier import (
    directional_to_linear,
    layer_norm_classifier,
    linear_logits,
)
from .long_tail import (
    class_counts,
    largest_max_count,
    long_tailed_counts,
    long_tailed_indices,
)
from .losses import (
    balanced_softmax_loss,
    cdt_loss,
    class_weighted_cross_entropy,
    label_weights,
    ldam_loss,
    logit_adjusted_loss,
    logit_adjustment,
    smoothed_cross_entropy,
)
from .misclassified_area import (
    misclassified_area,
    misclassified_area_counts,
    misclassified_area_shares,
    scaled_feature_logits,
)
from .mixup import beta_weights, mix_batch
from .per_class import (
    cdt_temperatures,
    class_balanced_weights,
    cost_sensitive_weights,
    label_aware_smoothing,
    ldam_margins,
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
from .remix import remix_label_weights
from .repetitions import mean_over_seeds, seed_difference
from .sampling import sample_rows, sampling_probabilities
from .schedule import check_epoch, epoch_of
from .shots import group_accuracy, shot_groups
from .vmf import (
    vmf_log_partition,
    vmf_mean_resultant,
    vmf_mean_resultant_derivative,
)
from .vmf_calibration import calibrated_concentration
from .vmf_classifier import (
    check_vmf_parameters,
    directional_logits,
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
from .vmf_divergence import vmf_kl, vmf_overlap
from .vmf_losses import class_feature_consistency, inter_class_discrepancy
from .vmf_overlap_sums import mean_overlaps, overlap_row_means

__all__ = [
    'ClassificationState',
    'adaptive_calibration_error',
    'all_reduce_bytes',
    'balanced_softmax_loss',
    'balanced_weights',
    'beta_weights',
    'calibrated_concentration',
    'calibration_bins',
    'calibration_error',
    'causal_to_vmf',
    'cdt_loss',
    'cdt_temperatures',
    'check_epoch',
    'check_vmf_parameters',
    'class_balanced_weights',
    'class_counts',
    'class_feature_consistency',
    'class_mean',
    'class_weighted_cross_entropy',
    'classification_summary',
    'cluster_spread',
    'compress_features',
    'compress_mixed_features',
    'compression_factors',
    'contrastive_loss',
    'cosine_to_vmf',
    'cost_sensitive_weights',
    'directional_logits',
    'directional_to_linear',
    'distillation_loss',
    'equal_mass_bins',
    'epoch_of',
    'estimate_prior',
    'fit_by_likelihood',
    'group_accuracy',
    'group_gaps',
    'hard_classes',
    'held_out_rows',
    'inter_class_discrepancy',
    'iv_ratio',
    'label_aware_smoothing',
    'label_weights',
    'largest_max_count',
    'layer_norm_classifier',
    'ldam_loss',
    'ldam_margins',
    'linear_logits',
    'linear_to_vmf',
    'log_iv',
    'log_linear_temperature',
    'logit_adjusted',
    'logit_adjusted_loss',
    'logit_adjustment',
    'long_tailed_counts',
    'long_tailed_indices',
    'long_tailed_prior',
    'mean_over_seeds',
    'mean_overlaps',
    'misclassified_area',
    'misclassified_area_counts',
    'misclassified_area_shares',
    'mix_batch',
    'model_state_bytes',
    'mutual_distillation',
    'ncl_losses',
    'one_vs_all_focal_loss',
    'overlap_row_means',
    'positive_concentration',
    'predicted_class_temperature',
    'principal_components',
    'raw_concentration',
    'remix_label_weights',
    'restrict_logits',
    'reversed_prior',
    'sade_adjustments',
    'sample_rows',
    'sampling_probabilities',
    'scaled_feature_logits',
    'seed_difference',
    'shift_prior',
    'shot_groups',
    'smoothed_cross_entropy',
    'spearman_correlation',
    'standardised',
    'step_seconds',
    'stratified_folds',
    'tau_norm_to_vmf',
    'tau_normalised_logits',
    'top_calibration_error',
    'view_agreement',
    'virtual_examples',
    'vmf_bias',
    'vmf_kl',
    'vmf_log_partition',
    'vmf_mean_resultant',
    'vmf_mean_resultant_derivative',
    'vmf_overlap',
    'weights_for_prior',
]
