"""mmlt: long-tailed image classification with mmpretrain and mmengine.

Importing it is light: it lets mmengine find the configs by
``_base_ = 'mmlt::...'``. The rooms (datasets, models, engine, evaluation) are
loaded by ``custom_imports`` in a config.

Without mmengine, mmcv and mmpretrain, ``mmlt.functional``, ``mmlt.losses``,
``mmlt.necks`` and ``mmlt.samplers`` work; what needs more says so.
"""

import importlib

from .environment import has_trainer, require_trainer
from .version import __version__

if has_trainer():
    from mmengine.config.utils import MODULE2PACKAGE

    from .operators import guard_models
    from .quiet import silence_missing_packages

    guard_models()  # of mmdet, which needs operators (mmlt.dense)
    silence_missing_packages()
    # mmengine resolves 'name::' only for the names in this table
    MODULE2PACKAGE.setdefault('mmlt', 'mmlt')
    # it takes mmseg for a distribution of another name (mmlt.dense)
    MODULE2PACKAGE['mmseg'] = 'mmseg'

# what is imported when it is asked for, and where it is
LATER = {
    'LongTailMetrics': 'mmlt.evaluation.long_tail_metrics',
    'evaluate': 'mmlt.predictions',
    'load': 'mmlt.zoo.loading',
    'load_recipe': 'mmlt.runs.recipes',
}
# modules that need torch alone
PLAIN = ('functional', 'losses', 'necks', 'samplers')
__all__ = ['__version__', *LATER]


def __getattr__(name):
    """``mmlt.load``, ``mmlt.losses`` and the like, imported when asked for."""
    if name in PLAIN:
        return importlib.import_module(f'mmlt.{name}')
    if name in LATER:
        require_trainer()
        return getattr(importlib.import_module(LATER[name]), name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
