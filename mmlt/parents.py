"""What a loss, a neck or a sampler takes of the parents, or does without.

Where mmengine and mmpretrain are not installed, or not as the trainer needs
them, a part is registered nowhere, and its messages go to the logger 'mmlt'.
"""

import logging
from collections.abc import Callable
from typing import Any

from .environment import has_trainer

__all__ = ['DATA_SAMPLERS', 'MODELS', 'print_log']

if has_trainer():
    from mmengine.logging import print_log
    from mmpretrain.registry import DATA_SAMPLERS, MODELS
else:

    class NoRegistry:
        """Stands where a part would be registered."""

        def register_module(self, **_: Any) -> Callable[[type], type]:
            """A decorator that leaves the class as it is."""
            return lambda part: part

    def print_log(
        msg: str, logger: str | None = None, level: int = logging.INFO
    ) -> None:
        """Log a message.

        Args:
            msg: The message.
            logger: As mmengine's, whatever it is: there is one.
            level: Of :mod:`logging`.
        """
        logging.getLogger('mmlt').log(level, msg)

    DATA_SAMPLERS = MODELS = NoRegistry()
