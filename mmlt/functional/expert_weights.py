"""Weights of the experts for an unknown test distribution, without labels."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from .experts import view_agreement

__all__ = ['learn_expert_weights']

Views = Iterable[tuple[Tensor, Tensor]]


def learn_expert_weights(
    views: Callable[[], Views],
    num_experts: int,
    epochs: int = 5,
    lr: float = 0.1,
    momentum: float = 0.9,
    weight_decay: float = 5e-4,
    least_weight: float = 0.05,
) -> list[Tensor]:
    """Make the predictions for two views of an image agree.

    The weights are a softmax of E numbers, equal at first, trained by
    Nesterov SGD on the mean of :func:`~mmlt.functional.view_agreement`. They
    stop when an expert is as good as out.

    Args:
        views: Called before each epoch; gives for each batch the experts'
            logits (E, N, C) for two random views.
        num_experts: E.
        epochs: Passes over the images, >= 1.
        lr: Learning rate, > 0.
        momentum: Of the SGD.
        weight_decay: Of the SGD.
        least_weight: Stop after the epoch in which a weight falls below.

    Returns:
        The weights, (E,) float64 on the CPU, at first and after each epoch.

    Raises:
        ValueError: If ``epochs`` < 1 or there are fewer than two experts.

    Examples:
        >>> same, first = torch.eye(3), torch.eye(3)[[1, 2, 0]]
        >>> views = torch.stack([same, first]), torch.stack([same, -first])
        >>> weights = learn_expert_weights(lambda: [views], num_experts=2)
        >>> bool(weights[-1][0] > weights[-1][1])  # expert 0 agrees
        True

    Source:
        Zhang et al. (SADE), NeurIPS 2022, https://arxiv.org/abs/2107.09249;
        the settings are those for CIFAR-100-LT:
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/configs/test_time_cifar100_ir100_sade.json#L25-L38
    """
    if epochs < 1:
        raise ValueError(
            f'Expected `epochs` to be >= 1, but got {epochs!r}. '
            'The default is 5.'
        )
    if num_experts < 2:
        raise ValueError(
            f'Expected two experts or more to weigh, but got {num_experts!r}. '
            'A single expert has the weight 1.'
        )
    raw = torch.full((num_experts,), 1 / num_experts, dtype=torch.float64)
    raw.requires_grad_()
    optimizer = torch.optim.SGD(
        [raw],
        lr=lr,
        momentum=momentum,
        weight_decay=weight_decay,
        nesterov=momentum > 0,
    )
    history = [raw.detach().softmax(0)]
    for _ in range(epochs):
        for first, second in views():
            weights = raw.softmax(0).to(first.device, torch.float32)
            loss = -view_agreement(first, second, weights)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        history.append(raw.detach().softmax(0))
        if history[-1].min() < least_weight:
            break
    return history
