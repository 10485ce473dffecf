from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmpretrain.registry import OPTIM_WRAPPERS
from torch import nn


@OPTIM_WRAPPERS.register_module()
class AutocastOptimWrapper(OptimWrapper):
    """Mixed precision without loss scaling, on CPU and GPU alike.

    The parent's ``AmpOptimWrapper`` refuses a CPU. bfloat16 has the range
    of float32, so gradients need no scaling; parameters, their gradients
    and the optimiser stay float32.

    Args:
        dtype: 'bfloat16', or None for float32 throughout. For float16 use
            the parent's ``AmpOptimWrapper``, which scales the loss.
        **kwargs: As the parent's ``OptimWrapper``: ``optimizer``,
            ``accumulative_counts``, ``clip_grad``.

    Raises:
        ValueError: If ``dtype`` is another.
    """

    def __init__(self, dtype: str | None = 'bfloat16', **kwargs) -> None:
        super().__init__(**kwargs)
        if dtype not in (None, 'bfloat16'):
            raise ValueError(
                "Expected `dtype` to be 'bfloat16' or None, but got "
                f'{dtype!r}. (float16 needs loss scaling: '
                "type='AmpOptimWrapper' of mmengine, on a GPU.)"
            )
        self.dtype = dtype

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Context of the forward pass of a training step."""
        device = next(model.parameters()).device.type
        with (
            super().optim_context(model),
            torch.autocast(
                device, torch.bfloat16, enabled=self.dtype is not None
            ),
        ):
            yield
