"""Every number of the project: pure functions of torch tensors.

No registry, no configuration, no file and no print. Imports torch and numpy
alone (``mpmath_reference``, the oracle, is never imported from here).
"""
