from mmlt.environment import has_trainer, require_trainer
from mmlt.star_imports import public_names

from .losses import *
from .necks import *

if has_trainer():
    from .backbones import *
    from .balanced_contrast import *
    from .batch_augments import *
    from .classifiers import *
    from .curriculum_data_preprocessor import *
    from .data_preprocessor import *
    from .heads import *
    from .mixed_view_data_preprocessor import *
    from .momentum_contrast import *
    from .multi_view_data_preprocessor import *
    from .parametric_contrast import *
    from .two_view_data_preprocessor import *
    from .vmf_contrast import *
else:

    def __getattr__(name):
        """Say what the other parts need."""
        if not name.startswith('_'):
            require_trainer()
        raise AttributeError(name)


__all__ = public_names(globals())
