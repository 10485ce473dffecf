"""Every function of mmlt.functional, on random arguments of its domain.

Finite values and gradients, shapes, dtypes and ranges as documented, and no
argument changed: 2 to 20,000 classes, counts from 1 to 10 million, single
samples, absent classes, four dtypes.
"""

import pytest
from hypothesis import given

import mmlt.functional

from . import counts, directions, losses, planes, predictions  # noqa: F401
from .calls import check
from .inputs import TRIED
from .registry import PROPERTIES

NAMES = mmlt.functional.__all__


def test_every_function_has_a_property():
    public = {name: vars(mmlt.functional)[name] for name in NAMES}
    functions = {
        name
        for name, value in public.items()
        if not (isinstance(value, type) and issubclass(value, Exception))
    }
    missing = functions - set(PROPERTIES)
    assert not missing, 'register one with `property_of`, in this folder'
    assert not set(PROPERTIES) - functions


@pytest.mark.parametrize('name', sorted(PROPERTIES))
def test_holds_for_random_arguments(name):
    strategy, make = PROPERTIES[name]

    @TRIED
    @given(strategy)
    def tried(x):
        check(getattr(mmlt.functional, name), make(x))

    tried()
