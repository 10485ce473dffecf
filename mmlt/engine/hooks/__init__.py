from mmlt.star_imports import public_names

from .augment_curriculum_hook import *
from .averaged_buffers_hook import *
from .classifier_start_hook import *
from .deferred_runtime_info_hook import *
from .finite_loss_hook import *
from .fitting_weights_hook import *
from .fresh_parts_hook import *
from .long_tail_hook import *
from .pipeline_epoch_hook import *
from .result_table_hook import *
from .resumable_early_stopping_hook import *
from .skipped_images_hook import *
from .speed_settings_hook import *
from .stop_on_signal_hook import *
from .whole_checkpoint_hook import *

__all__ = public_names(globals())
