"""Keep one message of mmpretrain and one of mmcv off the terminal.

``mmpretrain.datasets`` looks for the package ``onedl``, which hardly anybody
has, and reports at debug level that it is not there. But mmengine prints a
message that names no logger whatever its level, so every program would begin
with "Could not import OneDL", even one whose output is a table.

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

MODULE = 'mmpretrain.datasets'
MESSAGE = 'Could not import OneDL'
OPERATOR = 'Fail to import ``MultiScaleDeformableAttention``'


class QuietDatasets(MetaPathFinder):
    """Finds ``mmpretrain.datasets`` once, whoever imports it.

    A finder, and not an import of ours, because mmengine's registries import
    the module by themselves, and ``import mmlt`` is to stay light.
    """

    def find_spec(self, name, path=None, target=None) -> ModuleSpec | None:
        """The specification of the module, with a loader that is quiet."""
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
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
        if message != MESSAGE:
            print_log(message, *args, **kwargs)

    mmengine.logging.print_log = all_but_one
    try:
        load(module)
    finally:
        mmengine.logging.print_log = print_log


def silence_missing_packages() -> None:
    """Install the finder, unless the module is imported already."""
    warnings.filterwarnings('ignore', OPERATOR, UserWarning, 'mmcv')
    if MODULE not in sys.modules:
        sys.meta_path.insert(0, QuietDatasets())
