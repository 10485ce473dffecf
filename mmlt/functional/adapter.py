r"""The branch that AdaptFormer adds beside the MLP of a transformer block."""

import torch.nn.functional as F
from torch import Tensor

from .checks import check_integer

__all__ = ['adapter_branch', 'adapter_width']


def adapter_width(num_classes: int, num_layers: int) -> int:
    r"""Width of the branch, r = 2^max(0, floor(log2(C / (2 L)))).

    All L branches of a network together then have about as many parameters
    as its classifier.

    Args:
        num_classes: C >= 1.
        num_layers: L >= 1, blocks of the network.

    Returns:
        A power of 2.

    Raises:
        ValueError: If an argument is no integer in its range.

    Examples:
        >>> [adapter_width(c, 12) for c in (10, 100, 365, 1000, 8142)]
        [1, 4, 8, 32, 256]

    Source:
        Shi et al. (LIFT), ICML 2024, https://arxiv.org/abs/2309.10019;
        https://github.com/shijxcs/LIFT/blob/1643432e0a9c355fff397a7683b1cb062dcbd091/trainer.py
    """
    hint = 'It is the number of classes of the data set.'
    check_integer('num_classes', num_classes, 1, hint)
    hint = 'It is how many blocks the network has.'
    check_integer('num_layers', num_layers, 1, hint)
    # in integers, exact at every power of 2
    return 1 << max(0, (num_classes // (2 * num_layers)).bit_length() - 1)


def adapter_branch(
    x: Tensor,
    down: Tensor,
    down_bias: Tensor,
    up: Tensor,
    up_bias: Tensor,
    scale: float | Tensor = 1.0,
    norm_weight: Tensor | None = None,
    norm_bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    r"""a(x) = s (U ReLU(D LN(x) + b_D) + b_U).

    Convention:
        - x is the input of the layer norm before the MLP, and a(x) is added
          to the output of the block: x' = x + MLP(LN2(x)) + a(x).
        - where U and b_U are 0, a(x) is 0.

    Args:
        x: (..., D), in the dtype of the weights (or under autocast).
        down: (r, D).
        down_bias: (r,).
        up: (D, r).
        up_bias: (D,).
        scale: s, a number or a tensor of one.
        norm_weight: (D,) factor of the layer norm; None: 1.
        norm_bias: (D,) of the layer norm; None: 0.
        eps: Added to the variance in the layer norm.

    Returns:
        (..., D) in the dtype of ``x``.

    Examples:
        >>> x = torch.tensor([[1.0, -1.0]])
        >>> down, up = torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0], [0.0]])
        >>> adapter_branch(x, down, torch.zeros(1), up, torch.zeros(2), eps=0)
        tensor([[2., 0.]])

    Source:
        Chen et al. (AdaptFormer), NeurIPS 2022,
        https://arxiv.org/abs/2205.13535; with a layer norm of its own as in
        https://github.com/shijxcs/LIFT/blob/1643432e0a9c355fff397a7683b1cb062dcbd091/models/peft_modules.py#L54-L78
    """
    x = F.layer_norm(x, x.shape[-1:], norm_weight, norm_bias, eps)
    hidden = F.linear(x, down, down_bias).relu()
    return F.linear(hidden, up, up_bias) * scale
