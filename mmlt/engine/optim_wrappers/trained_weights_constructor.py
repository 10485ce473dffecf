from mmengine.model import is_model_wrapper
from mmengine.optim import DefaultOptimWrapperConstructor, OptimWrapper
from mmpretrain.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn

__all__ = ['TrainedWeightsConstructor']


class TrainedWeights(nn.Module):
    """The parameters of a network that have gradients, by name."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def parameters(self, recurse: bool = True):
        """Those alone."""
        trained = self.network.parameters(recurse)
        return (p for p in trained if p.requires_grad)


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class TrainedWeightsConstructor(DefaultOptimWrapperConstructor):
    """Gives the optimizer the parameters that have gradients, and no other.

    mmengine's gives it frozen ones too. Their values stay the same, but they
    are in every checkpoint's list, and in each step's loop.

    Args:
        optim_wrapper_cfg: As mmengine's ``DefaultOptimWrapperConstructor``.
        paramwise_cfg: None: settings by name are not taken.

    Raises:
        ValueError: If ``paramwise_cfg`` is given, or nothing is trained.

    Source:
        Ours: what mmengine's constructor
        (https://mmengine.readthedocs.io/en/latest/tutorials/optim_wrapper.html)
        lacks for a network that is mostly frozen.
    """

    def __init__(
        self, optim_wrapper_cfg: dict, paramwise_cfg: dict | None = None
    ) -> None:
        if paramwise_cfg:
            raise ValueError(
                'Expected no `paramwise_cfg` with TrainedWeightsConstructor, '
                f'but got {paramwise_cfg}. Drop '
                "`constructor='TrainedWeightsConstructor'`."
            )
        super().__init__(optim_wrapper_cfg)

    def __call__(self, model: nn.Module) -> OptimWrapper:
        """Optimizer wrapper for the trained parameters of a network."""
        # not mmengine's `hasattr(model, 'module')`, which AdaptFormer has too
        model = model.module if is_model_wrapper(model) else model
        if not any(p.requires_grad for p in model.parameters()):
            raise ValueError(
                f'Expected {type(model).__name__} to have parameters that '
                'are trained, but all are frozen. Shorten `frozen`.'
            )
        return super().__call__(TrainedWeights(model))
