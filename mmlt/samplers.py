"""The samplers as plain PyTorch: needs torch and numpy alone.

docs/bare_pytorch.md has complete examples.
"""

from mmlt.datasets.samplers import *  # noqa: F403
from mmlt.datasets.samplers import __all__  # noqa: F401
