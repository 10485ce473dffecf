"""mmlt: long-tailed image classification with mmpretrain and mmengine.

Importing it is light: it checks the environment and lets mmengine find the
configs by ``_base_ = 'mmlt::...'``. The rooms (datasets, models, engine,
evaluation) are loaded by ``custom_imports`` in a config.
"""

from .environment import check_environment
from .version import __version__

check_environment()

from mmengine.config.utils import MODULE2PACKAGE  # noqa: E402

from .quiet import silence_missing_packages  # noqa: E402

silence_missing_packages()

# mmengine resolves 'name::' only for the names in this table
MODULE2PACKAGE.setdefault('mmlt', 'mmlt')

__all__ = ['__version__', 'load', 'load_recipe']


def __getattr__(name):
    """``mmlt.load`` and ``load_recipe``, imported when asked for."""
    if name == 'load':
        from .zoo.loading import load

        return load
    if name == 'load_recipe':
        from .runs.recipes import load_recipe

        return load_recipe
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
