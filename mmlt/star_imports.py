"""What a package of star imports hands on.

Every module says in ``__all__`` what of it is public; its package takes that
by ``from .module import *``. So a new part needs one line in one package.
"""

from types import ModuleType
from typing import Any

__all__ = ['public_names']


def public_names(namespace: dict[str, Any]) -> list[str]:
    """The ``__all__`` of a package whose public names are star imports.

    Args:
        namespace: ``globals()`` of the package, after its imports.

    Returns:
        Its names in order, without private ones, this function and modules
        (every ``from .module import *`` leaves the name of its module).
    """
    return sorted(
        name
        for name, value in namespace.items()
        if not name.startswith('_')
        and not isinstance(value, ModuleType)
        and value is not public_names
    )
