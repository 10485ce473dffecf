"""The scope 'mmlt', another name of the scope 'mmpretrain'.

Everything of mmlt is registered in mmpretrain's registries. But mmengine
marks what a config inherits by ``_base_ = 'mmlt::...'`` with the scope
'mmlt', imports this module and looks for registries of that scope. It finds
here, beside each registry of mmpretrain, one that hands every question on.
"""

from mmengine.registry import Registry
from mmpretrain import registry as parents


class ScopeAlias(Registry):
    """A registry with the contents of another, under the scope 'mmlt'."""

    def __init__(self, target: Registry) -> None:
        super().__init__(
            target.name,
            build_func=target.build_func,
            parent=target.parent,
            scope='mmlt',
        )
        self._target = target
        self._module_dict = target._module_dict

    def get(self, key: str) -> type | None:
        """Class of this name in the target, its parents or another scope."""
        return self._target.get(key.removeprefix('mmlt.'))


ALIASES = [
    ScopeAlias(getattr(parents, name))
    for name in parents.__all__
    if getattr(parents, name).scope == 'mmpretrain'
]
