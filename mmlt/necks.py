"""The necks as plain PyTorch: needs torch and numpy alone.

docs/bare_pytorch.md has complete examples.
"""

from mmlt.models.necks import *  # noqa: F403
from mmlt.models.necks import __all__  # noqa: F401
