from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmpretrain.registry import OPTIM_WRAPPERS
from torch import nn

__all__ = ['AutocastOptimWrapper']


@OPTIM_WRAPPERS.register_module()
class AutocastOptimWrapper(OptimWrapper):
    """Mixed precision without loss scaling, on CPU and GPU alike.

    mmengine's ``AmpOptimWrapper`` does not run on a CPU. bfloat16 has the
    range of float32, so gradients need no scaling; parameters, their gradients
    and the optimizer stay float32. The log says what is used
    (``SpeedSettingsHook``).

    Args:
        dtype: 'bfloat16'; None, float32 throughout; or 'auto', bfloat16
            where the device computes in it (a CPU without such instructions
            takes ten times as long). For float16 use mmengine's
            ``AmpOptimWrapper``, which scales the loss.
        **kwargs: As mmengine's ``OptimWrapper``: ``optimizer``,
            ``accumulative_counts``, ``clip_grad``.

    Raises:
        ValueError: If ``dtype`` is something else.
    """

    def __init__(self, dtype: str | None = 'auto', **kwargs) -> None:
        super().__init__(**kwargs)
        if dtype not in (None, 'auto', 'bfloat16'):
            raise ValueError(
                "Expected `dtype` to be 'auto', 'bfloat16' or None, but got "
                f'{dtype!r}. (float16 needs loss scaling: '
                "type='AmpOptimWrapper' of mmengine, on a GPU.)"
            )
        self.dtype = dtype
        self._precision: str | None = None  # known with the device

    def precision(self, device: str) -> str:
        """Number type of the forward pass on a kind of device.

        Args:
            device: 'cpu' or 'cuda'.

        Returns:
            'bfloat16' or 'float32'.
        """
        wanted = self.dtype == 'bfloat16' or (
            self.dtype == 'auto' and computes_bfloat16(device)
        )
        return 'bfloat16' if wanted else 'float32'

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Context of the forward pass of a training step."""
        device = next(model.parameters()).device.type
        if self._precision is None:
            self._precision = self.precision(device)
        enabled = self._precision == 'bfloat16'
        with (
            super().optim_context(model),
            torch.autocast(device, torch.bfloat16, enabled=enabled),
        ):
            yield


def computes_bfloat16(device: str) -> bool:
    """Whether a kind of device has instructions for bfloat16 matrices.

    Args:
        device: 'cpu' or 'cuda'; for any other the answer is no.
    """
    if device == 'cuda':
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device == 'cpu':
        return torch.cpu._is_avx512_bf16_supported() or (
            torch.cpu._is_amx_tile_supported()
        )
    return False
