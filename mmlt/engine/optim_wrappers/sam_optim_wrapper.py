from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from mmengine.dist import all_reduce_params, is_distributed
from mmpretrain.registry import OPTIM_WRAPPERS
from torch import Tensor, nn

from mmlt.functional import ascent_steps
from mmlt.functional.checks import check_real

from .autocast_optim_wrapper import AutocastOptimWrapper

__all__ = ['SAMOptimWrapper']

Gradients = list[Tensor | None]
State = tuple[dict[str, Tensor], dict[str, Tensor | None]]


@OPTIM_WRAPPERS.register_module()
class SAMOptimWrapper(AutocastOptimWrapper):
    """Sharpness-aware minimization (SAM), and Focal-SAM.

    Every batch goes through the network twice. The gradient at the weights w
    says where the loss rises most; the gradient at w + rho g / ||g|| is the
    one that the optimizer gets. Where a loss is a ``SharpnessWeightedLoss``,
    g is that of its weighted part, and the optimizer gets the gradient of
    the rest at w, plus that of the weighted part at the point above.

    It works with any model of mmengine and any optimizer. Both passes begin
    with the same state: buffers (statistics of batch normalization, queues,
    means of the classes), parameters that the optimizer does not train (a
    momentum encoder) and the random numbers of what mixes features or draws
    noise. That of after the first pass is kept, so that all of it moves once
    per batch. Dropout is drawn anew in the second pass. With several
    processes, g is that of the whole batch, as with one. With
    ``accumulative_counts`` every batch climbs by its own gradient.

    ``rho`` stands beside the learning rate in the groups of the optimizer, so
    that a schedule can change it: ``dict(type='MultiStepParamScheduler',
    param_name='rho', milestones=[159], gamma=2.0)`` doubles it from the
    160th epoch on.

    Args:
        rho: Length of the step to where the second gradient is taken, > 0.
            One for all parameters.
        **kwargs: As :class:`AutocastOptimWrapper`.

    Raises:
        TypeError: If ``rho`` is not a number.
        ValueError: If ``rho`` is not above 0; in training, if a model runs
            more or less than once in a step.

    Source:
        Foret et al. (SAM), ICLR 2021, https://arxiv.org/abs/2010.01412;
        Rangwani et al., NeurIPS 2022, https://arxiv.org/abs/2212.13827 (rare
        classes); Li et al. (Focal-SAM), ICML 2025,
        https://arxiv.org/abs/2505.01660
    """

    def __init__(self, rho: float = 0.05, **kwargs) -> None:
        super().__init__(**kwargs)
        hint = 'The published ones are 0.05 to 0.8.'
        self._rho = check_real('rho', rho, 0, hint, above=True)
        for group in self.optimizer.param_groups:
            group['rho'] = self._rho
        self._calls: list[tuple[nn.Module, tuple, dict]] = []
        self._begun: State | None = None  # before the first pass

    @property
    def rho(self) -> float:
        """Length of the step of this moment, as a schedule left it."""
        # a checkpoint of an earlier version has none
        return self.optimizer.param_groups[0].get('rho', self._rho)

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Context of the first forward pass of a training step.

        What the model is called with, and its state, are kept for the second.
        """
        self._calls = []

        def keep(_: nn.Module, args: tuple, kwargs: dict) -> None:
            if not self._calls:
                self._begun = state_of(model, self._parameters())
            self._calls.append((model, args, kwargs))

        handle = model.register_forward_pre_hook(keep, with_kwargs=True)
        try:
            with self._pass(model):
                yield
        finally:
            handle.remove()

    @contextmanager
    def _pass(self, model: nn.Module) -> Iterator[None]:
        """Context of a forward pass whose gradients are averaged here."""
        for part in weighted_losses(model):
            part.sharp_parts = []
        alone = model.no_sync if hasattr(model, 'no_sync') else nullcontext
        with alone(), super().optim_context(model):
            yield

    def update_params(
        self,
        loss: Tensor,
        step_kwargs: dict[str, Any] | None = None,
        zero_kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Take both gradients, and step.

        Args:
            loss: Of the first pass.
            step_kwargs: Of the optimizer's ``step``.
            zero_kwargs: Of its ``zero_grad``.

        Raises:
            ValueError: If the model did not run once.
        """
        if len(self._calls) != 1:
            raise ValueError(
                'Expected the model to run once in a training step with '
                f'SAMOptimWrapper, but it ran {len(self._calls)} times. '
                'Leave out `sam`, or train with another model.'
            )
        model, args, kwargs = self._calls.pop()
        parameters = self._parameters()
        sharp = self._sharp_part(model)
        flat: Gradients = [None] * len(parameters)
        if sharp is None:
            sharp = loss
        else:
            flat = self._gradients(loss - sharp, parameters, retain_graph=True)
        steps = ascent_steps(self._gradients(sharp, parameters), self.rho)
        begun, self._begun = self._begun, None
        with moved(parameters, steps), rewound(model, parameters, begun):
            with self._pass(model):
                losses = model(*args, **kwargs)
            plain = getattr(model, 'module', model)
            loss = plain.parse_losses(losses)[0]
            sharp = self._sharp_part(model)
            sharp = loss if sharp is None else sharp
            climbed = self._gradients(sharp, parameters)
        for parameter, *found in zip(parameters, flat, climbed, strict=True):
            for gradient in found:
                add_gradient(parameter, gradient)
        self._inner_count += 1
        if self.should_update():
            self.step(**(step_kwargs or {}))
            self.zero_grad(**(zero_kwargs or {}))

    def _parameters(self) -> list[nn.Parameter]:
        """What the optimizer trains."""
        groups = self.optimizer.param_groups
        return [p for g in groups for p in g['params'] if p.requires_grad]

    def _sharp_part(self, model: nn.Module) -> Tensor | None:
        """The weighted part of the loss of the last pass, if there is one."""
        parts: list[Tensor] = []
        for loss in weighted_losses(model):
            parts += loss.sharp_parts
            loss.sharp_parts = []
        return torch.stack(parts).sum() if parts else None

    def _gradients(
        self, loss: Tensor, parameters: list[nn.Parameter], **kwargs: bool
    ) -> Gradients:
        """Gradient of each parameter, averaged over the processes."""
        found = torch.autograd.grad(
            self.scale_loss(loss), parameters, allow_unused=True, **kwargs
        )
        if not is_distributed():
            return list(found)
        # a process may have none where another has one
        full = [
            torch.zeros_like(p) if g is None else g
            for p, g in zip(parameters, found, strict=True)
        ]
        all_reduce_params(full, op='mean')
        return list(full)


def weighted_losses(model: nn.Module) -> list[nn.Module]:
    """The losses of a model of which a part counts for the sharpness."""
    return [m for m in model.modules() if hasattr(m, 'sharp_parts')]


@contextmanager
def moved(
    parameters: Sequence[nn.Parameter], steps: Sequence[Tensor | None]
) -> Iterator[None]:
    """Add steps to parameters, and put back what they were to the last bit."""
    before = [p.detach().clone() for p in parameters]
    with torch.no_grad():
        try:
            for parameter, step in zip(parameters, steps, strict=True):
                if step is not None:
                    parameter.add_(step)
            with torch.enable_grad():
                yield
        finally:
            for parameter, old in zip(parameters, before, strict=True):
                parameter.copy_(old)


def state_of(model: nn.Module, trained: Sequence[nn.Parameter]) -> State:
    """What a forward pass may change, copied.

    Args:
        model: Any.
        trained: Parameters that are left out.
    """
    tensors = {name: t.detach().clone() for name, t in _moving(model, trained)}
    numbers = {
        name: part.random_state()
        for name, part in model.named_modules()
        if hasattr(part, 'set_random_state')
    }
    return tensors, numbers


def set_state(
    model: nn.Module, trained: Sequence[nn.Parameter], state: State
) -> None:
    """Put back what :func:`state_of` copied."""
    tensors, numbers = state
    with torch.no_grad():
        for name, tensor in _moving(model, trained):
            tensor.copy_(tensors[name])
    for name, number in numbers.items():
        model.get_submodule(name).set_random_state(number)


def _moving(
    model: nn.Module, trained: Sequence[nn.Parameter]
) -> Iterator[tuple[str, Tensor]]:
    """Buffers, and parameters that are not trained, by name."""
    left_out = set(map(id, trained))
    yield from model.named_buffers()
    for name, parameter in model.named_parameters():
        if id(parameter) not in left_out:
            yield name, parameter


@contextmanager
def rewound(
    model: nn.Module, trained: Sequence[nn.Parameter], state: State
) -> Iterator[None]:
    """A state of before, and then that of now again."""
    now = state_of(model, trained)
    set_state(model, trained, state)
    try:
        yield
    finally:
        set_state(model, trained, now)


def add_gradient(parameter: nn.Parameter, gradient: Tensor | None) -> None:
    """Add to the gradient that a parameter has."""
    if gradient is None:
        return
    if parameter.grad is None:
        # in the memory layout of the parameter, as backward() does it: a
        # fused optimizer goes through both as they lie in memory, and those
        # of convolutions come in channels last
        parameter.grad = torch.empty_like(parameter).copy_(gradient)
    else:
        parameter.grad += gradient
