"""Keep what the parents say of missing packages off the terminal.

mmpretrain, mmsegmentation and mmdetection look for the package ``onedl``,
which hardly anybody has, and report at debug level that it is not there. But
mmengine prints a message that names no logger whatever its level, so every
program would begin with "Could not import OneDL", even one whose output is a
table.

mmcv without compiled operators warns that one of them, which no part of mmlt
calls, is missing; every program would begin with that, too.
"""

import functools
import importlib.util
import sys
import warnings
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import mmengine.logging

# those that look for it while they are imported
MODULES = {
    'mmpretrain.datasets',
    'mmseg.datasets',
    'mmseg.datasets.transforms',
    'mmdet.datasets',
    'mmdet.datasets.transforms',
}
MESSAGE = 'Could not import OneDL'
OPERATOR = 'Fail to import ``MultiScaleDeformableAttention``'


class QuietDatasets(MetaPathFinder):
    """Finds each of :data:`MODULES` once, whoever imports it.

    A finder, and not an import of ours, because mmengine's registries import
    the modules by themselves, and ``import mmlt`` is to stay light.
    """

    def __init__(self) -> None:
        self.found: set[str] = set()

    def find_spec(self, name, path=None, target=None) -> ModuleSpec | None:
        """The specification of a module, with a loader that is quiet."""
        if name not in MODULES or name in self.found:
            return None
        self.found.add(name)  # the search below comes here again
        spec = importlib.util.find_spec(name)
        if spec is not None and importlib.util.find_spec('onedl') is None:
            load = spec.loader.exec_module
            # of this one loader, until it has run
            spec.loader.exec_module = functools.partial(
                _load_quietly, spec, load
            )
        return spec


def _load_quietly(spec: ModuleSpec, load, module: ModuleType) -> None:
    """Run the module; everything else that it prints stays."""
    del spec.loader.exec_module
    print_log = mmengine.logging.print_log

    def all_but_one(message, *args, **kwargs) -> None:
        if not str(message).startswith(MESSAGE):
            print_log(message, *args, **kwargs)

    mmengine.logging.print_log = all_but_one
    try:
        load(module)
    finally:
        mmengine.logging.print_log = print_log


def silence_missing_packages() -> None:
    """Install the finder; a module that is imported already stays as it is."""
    warnings.filterwarnings('ignore', OPERATOR, UserWarning, 'mmcv')
    sys.meta_path.insert(0, QuietDatasets())
