"""What a fitted calibrator does to logits, in steps that are plain data.

A step is one of the functions of :mod:`mmlt.functional.posthoc` with its
numbers. It can be written down, read again, and traced into an export.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from mmlt.functional import (
    log_linear_temperature,
    logit_adjustment,
    predicted_class_temperature,
    tau_normalized_logits,
    temperature_scaled,
    vector_scaled,
)

__all__ = ['Calibrator', 'Step', 'apply_steps', 'step_from_json']

FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    'temperature_scaled': temperature_scaled,
    'vector_scaled': vector_scaled,
    'predicted_class_temperature': predicted_class_temperature,
    # the mean logit stays
    'logit_adjustment': partial(logit_adjustment, centered=True),
    'log_linear_temperature': log_linear_temperature,
    'tau_normalized_logits': tau_normalized_logits,
}
# the numbers of each: of all classes, or one for each
ONE = {
    'temperature_scaled': ['log_temperature'],
    'logit_adjustment': ['tau'],
    'log_linear_temperature': ['intercept', 'slope'],
    'tau_normalized_logits': ['tau'],
}
PER_CLASS = {
    'vector_scaled': ['log_scale', 'shift'],
    'predicted_class_temperature': ['log_temperature'],
    'logit_adjustment': ['counts'],
    'log_linear_temperature': ['values'],
    'tau_normalized_logits': ['weight_norm', 'bias'],
}


@dataclass(frozen=True)
class Step:
    """One function with its numbers.

    Args:
        function: A name in :data:`FUNCTIONS`.
        numbers: Its arguments behind the logits: scalars, or (C,).
    """

    function: str
    numbers: Mapping[str, Tensor]

    def __call__(self, logits: Tensor) -> Tensor:
        """(N, C) logits to (N, C) logits."""
        return FUNCTIONS[self.function](logits, **self.numbers)

    def to_json(self) -> dict[str, Any]:
        """The step as numbers and lists, in double precision."""
        return {'function': self.function} | {
            name: value.double().tolist()
            for name, value in self.numbers.items()
        }


def apply_steps(steps: Sequence[Step], logits: Tensor) -> Tensor:
    """Take the steps, one after the other.

    Args:
        steps: Of a calibrator; none changes nothing.
        logits: (N, C).

    Returns:
        (N, C).
    """
    for step in steps:
        logits = step(logits)
    return logits


def step_from_json(content: Any, num_classes: int) -> Step:
    """What :meth:`Step.to_json` wrote.

    Args:
        content: The object.
        num_classes: C.

    Raises:
        ValueError: If it is something else.
    """
    name = content.get('function') if isinstance(content, dict) else None
    if name not in FUNCTIONS:
        raise ValueError(
            f'Expected a step to be one of {", ".join(FUNCTIONS)}, but got '
            f'{name!r}. Fit the calibrator again.'
        )
    expected = {key: () for key in ONE.get(name, [])} | {
        key: (num_classes,) for key in PER_CLASS.get(name, [])
    }
    numbers = {}
    for key, shape in expected.items():
        value = content.get(key)
        if key == 'bias' and value is None:
            continue
        try:
            numbers[key] = torch.tensor(value, dtype=torch.float64)
        except (TypeError, ValueError, RuntimeError):
            numbers[key] = torch.full((), float('nan'))
        if numbers[key].shape != shape or not numbers[key].isfinite().all():
            what = f'{num_classes} numbers' if shape else 'a number'
            raise ValueError(
                f'Expected `{key}` of {name} to be {what}, but got '
                f'{str(value)[:60]}. Fit the calibrator again.'
            )
    return Step(name, numbers)


class Calibrator(nn.Module):
    """Logits of a network to logits whose softmax is calibrated.

    Args:
        name: Of the calibrator, 'temperature'.
        steps: What it does.
        fitted_on: What it was fitted on, in words.

    Examples:
        >>> half = Step('temperature_scaled', {'log_temperature': Tensor([0])})
        >>> Calibrator('temperature', [half])(torch.ones(1, 3))
        tensor([[1., 1., 1.]])
    """

    def __init__(
        self, name: str, steps: Sequence[Step], fitted_on: str = ''
    ) -> None:
        super().__init__()
        self.name = name
        self.fitted_on = fitted_on
        self.functions = [step.function for step in steps]
        for place, step in enumerate(steps):
            for key, value in step.numbers.items():
                self.register_buffer(f'{place}_{key}', value.detach().clone())
        self.keys = [list(step.numbers) for step in steps]

    def forward(self, logits: Tensor) -> Tensor:
        """(N, C) logits to (N, C) logits, in the dtype of both."""
        steps = [
            Step(
                function,
                {
                    key: getattr(self, f'{place}_{key}').to(logits.dtype)
                    for key in keys
                },
            )
            for place, (function, keys) in enumerate(
                zip(self.functions, self.keys, strict=True)
            )
        ]
        return apply_steps(steps, logits)

    def extra_repr(self) -> str:
        """Name and steps."""
        return f'{self.name}: {", ".join(self.functions) or "no change"}'
