"""Which property belongs to which function."""

from .inputs import inputs

# name of a function -> strategy of its inputs, and what makes a call of them
PROPERTIES = {}


def property_of(*names, **sizes):
    """Register a property.

    Args:
        *names: Of functions of :mod:`mmlt.functional`; a property of several
            takes the name after the inputs.
        **sizes: Of :func:`.inputs.inputs`.
    """

    def register(make):
        for name in names:
            assert name not in PROPERTIES, name
            several = len(names) > 1
            PROPERTIES[name] = (
                inputs(**sizes),
                (lambda x, n=name: make(x, n)) if several else make,
            )
        return make

    return register
