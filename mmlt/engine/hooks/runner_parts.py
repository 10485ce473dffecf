"""What a runner holds, and what it is about to do."""

from collections.abc import Iterator

from mmengine.model import BaseAveragedModel, is_model_wrapper
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import nn

__all__ = ['held_by_hooks', 'is_training', 'modules_in', 'parts_of', 'unwrap']


def unwrap(model: nn.Module) -> nn.Module:
    """The model inside DistributedDataParallel and the like."""
    return model.module if is_model_wrapper(model) else model


def is_training(runner) -> bool:
    """Whether a runner trains; not in a test or validation alone."""
    # built by `train()`, and a config before
    wrapper = getattr(runner, 'optim_wrapper', None)
    return isinstance(wrapper, OptimWrapper | OptimWrapperDict)


def parts_of(runner, method: str, copies: bool = False) -> Iterator:
    """Modules, samplers and metrics of a runner that have this method.

    Args:
        runner: Of mmengine.
        method: Name.
        copies: Whether averaged copies of the model count too.
    """
    parts = list(unwrap(runner.model).modules())
    for module in held_by_hooks(runner, copies):
        parts += module.modules()
    for loop in (runner._train_loop, runner._val_loop, runner._test_loop):
        parts.append(getattr(getattr(loop, 'dataloader', None), 'sampler', 0))
        parts += getattr(getattr(loop, 'evaluator', None), 'metrics', [])
    return (part for part in parts if hasattr(part, method))


def held_by_hooks(runner, copies: bool) -> Iterator[nn.Module]:
    """Modules that a hook holds beside the model.

    Args:
        runner: Of mmengine.
        copies: Whether averaged copies of the model count (``EMAHook``);
            those that will be put into it always do (``SwitchRecipeHook``).
    """
    model = unwrap(runner.model)
    for hook in runner.hooks:
        for module in modules_in(vars(hook)):
            is_copy = isinstance(module, BaseAveragedModel)
            if module not in (model, runner.model) and (copies or not is_copy):
                yield module


def modules_in(value) -> Iterator[nn.Module]:
    """Modules in nested dicts, lists and tuples."""
    if isinstance(value, nn.Module):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from modules_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from modules_in(part)
