"""What contrastive branches share: projections, gathering, a check."""

import torch
from mmengine.dist import all_gather, get_rank, get_world_size
from torch import Tensor, nn

__all__ = [
    'check_plain_labels',
    'gathered',
    'gathered_with_gradient',
    'projection',
]


def projection(in_channels: int, hidden: int, dim: int) -> nn.Sequential:
    """Two linear layers with batch normalization and ReLU between.

    Args:
        in_channels: D of the features.
        hidden: Width between the two.
        dim: Of the result.
    """
    return nn.Sequential(
        nn.Linear(in_channels, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, dim),
    )


def gathered(rows: Tensor) -> Tensor:
    """Rows of all processes, one after another; no gradient flows."""
    return torch.cat(all_gather(rows.detach().contiguous()))


def gathered_with_gradient(rows: Tensor) -> tuple[Tensor, slice]:
    """Rows of all processes, to which gradients flow, and which are ours.

    Every process must have as many. A loss of the rows of all, averaged over
    the processes as distributed training averages gradients, has the
    gradient of one process with all rows.

    Args:
        rows: (N, ...) of this process.

    Returns:
        (W N, ...) of the W processes, and where ours stand.
    """
    if get_world_size() == 1:
        return rows, slice(None)
    from torch.distributed.nn.functional import all_gather as with_gradient

    first = get_rank() * len(rows)
    every = torch.cat(with_gradient(rows.contiguous()))
    return every, slice(first, first + len(rows))


def check_plain_labels(labels: Tensor, name: str) -> None:
    """Check that every image has one label.

    Raises:
        TypeError: If they are mixed or soft.
    """
    if not isinstance(labels, Tensor) or labels.dim() != 1:
        raise TypeError(
            f'Expected one label per image, but {name} got mixed or soft '
            'labels. A contrast asks which images are of one class: train '
            'without mixing.'
        )
