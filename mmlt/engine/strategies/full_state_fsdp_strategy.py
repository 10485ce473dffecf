from typing import Any

import torch
from mmengine._strategy import FSDPStrategy
from mmengine.dist import is_main_process
from mmengine.registry import STRATEGIES
from torch.distributed.fsdp import FullyShardedDataParallel

from mmlt.fileio import whole_file

__all__ = ['FullStateFSDPStrategy']


@STRATEGIES.register_module()
class FullStateFSDPStrategy(FSDPStrategy):
    """FSDP that saves one file with all weights, and resumes from it.

    mmengine's ``FSDPStrategy`` passes the arguments of the function that
    loads an optimizer's state in the order of torch 1, so no run can be
    resumed with torch 2; and it supports GPUs alone. On a CPU (gloo), where
    a small network shows whether a recipe works with FSDP, nothing is
    offloaded: torch crashes when it moves a state from the CPU to the CPU.

    Args:
        model_wrapper: Settings of mmengine's ``MMFullyShardedDataParallel``.
        **kwargs: As ``FSDPStrategy``, without ``state_dict_cfg``, which is
            'full'.
    """

    def __init__(self, model_wrapper: dict | None = None, **kwargs) -> None:
        if not torch.cuda.is_available():
            model_wrapper = {'device_id': 'cpu', **(model_wrapper or {})}
        super().__init__(
            model_wrapper=model_wrapper, state_dict_cfg='full', **kwargs
        )
        if not torch.cuda.is_available():
            self.state_dict_config.offload_to_cpu = False
            self.optim_state_dict_config.offload_to_cpu = False

    def save_checkpoint(self, filename: str, **settings) -> None:
        """Save the whole state, gathered, into a file that is always whole.

        Args:
            filename: Of the checkpoint, which the first process writes.
            **settings: As mmengine's ``FSDPStrategy``.
        """
        if not is_main_process():
            super().save_checkpoint(filename, **settings)
            return
        with whole_file(filename) as draft:
            super().save_checkpoint(str(draft), **settings)

    def load_optim_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load an optimizer's whole state, each process its part.

        Args:
            state_dict: As :meth:`optim_state_dict` gives it.
        """
        own_part = FullyShardedDataParallel.optim_state_dict_to_load(
            model=self.model,
            optim=self.optim_wrapper.optimizer,
            optim_state_dict=state_dict,
        )
        self.optim_wrapper.load_state_dict(own_part)
