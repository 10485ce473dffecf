"""Every number of the project: pure functions of torch tensors.

No registry, no configuration, no file and no print. Imports torch and numpy
alone (``mpmath_reference``, the oracle, is never imported from here).

The examples of the docstrings follow ``import torch``, ``import numpy as np``
and ``from mmlt.functional import *``.
"""

from mmlt.star_imports import public_names

from .adapter import *
from .alignment import *
from .auroc import *
from .balanced_contrast import *
from .balanced_experts import *
from .bessel import *
from .calibration import *
from .classification_state import *
from .classification_summary import *
from .clouded_margins import *
from .clusters import *
from .collaboration import *
from .compression import *
from .consistency import *
from .contrast import *
from .correlation import *
from .crops import *
from .curriculum import *
from .cutmix import *
from .decision_planes import *
from .detection import *
from .directional_maps import *
from .directional_scores import *
from .disentangling import *
from .distillation import *
from .diversity import *
from .equal_mass import *
from .excavation import *
from .expert_weights import *
from .experts import *
from .f1_scores import *
from .focal import *
from .held_out import *
from .linear_classifier import *
from .long_tail import *
from .losses import *
from .macro_f1 import *
from .misclassified_area import *
from .mistakes import *
from .mixup import *
from .parametric_contrast import *
from .per_class import *
from .percent import *
from .posthoc import *
from .posthoc_fit import *
from .posthoc_minimum import *
from .prior_shift import *
from .reduction import *
from .relative_difference import *
from .remix import *
from .repetitions import *
from .sampling import *
from .schedule import *
from .seesaw import *
from .segmentation import *
from .sharpness import *
from .shot_matching import *
from .shots import *
from .text_classifier import *
from .unit_vectors import *
from .vector_scaling import *
from .vmf import *
from .vmf_calibration import *
from .vmf_classifier import *
from .vmf_contrast import *
from .vmf_conversion import *
from .vmf_divergence import *
from .vmf_losses import *
from .vmf_overlap_sums import *
from .wilson import *

__all__ = public_names(globals())
