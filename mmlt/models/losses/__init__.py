from mmlt.star_imports import public_names

from .balanced_softmax_loss import *
from .cdt_loss import *
from .class_balanced_ce_loss import *
from .class_balanced_focal_loss import *
from .class_feature_consistency_loss import *
from .deferred_loss import *
from .dive_loss import *
from .gaussian_clouded_loss import *
from .inter_class_discrepancy_loss import *
from .label_aware_smooth_loss import *
from .lade_loss import *
from .ldam_loss import *
from .logit_adjusted_loss import *
from .one_vs_all_focal_loss import *
from .sharpness_weighted_loss import *
from .sync_seesaw_loss import *
from .vs_loss import *

__all__ = public_names(globals())
