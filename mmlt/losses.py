"""The losses as plain PyTorch: needs torch and numpy alone.

docs/bare_pytorch.md has complete examples.
"""

from mmlt.models.losses import *  # noqa: F403
from mmlt.models.losses import __all__  # noqa: F401
