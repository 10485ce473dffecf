"""The planes of FCC's demonstration: two classes, with and without scaling."""

import torch
from torch import Tensor

from .checks import check_real

__all__ = [
    'figure_of_planes',
    'misclassified_slab',
    'plane_distance',
    'plane_intercepts',
    'two_class_plane',
]


def two_class_plane(
    output_weight: Tensor, output_bias: Tensor, hidden_bias: Tensor
) -> tuple[Tensor, Tensor]:
    r"""Where two classes meet behind a hidden layer, k.X + B = 0.

    $$\eta = y_1 - y_2 = \tau\, k \cdot X + B$$

    for a feature x of class 1 that is scaled by tau, with X = W x the hidden
    layer without its bias; :math:`\eta'` is the same with tau = 1.

    Args:
        output_weight: (2, H) n, the weights of both outputs.
        output_bias: (2,) z.
        hidden_bias: (H,) b.

    Returns:
        k = n_1 - n_2, (H,), and B = n_1.b + z_1 - n_2.b - z_2, a scalar.

    Raises:
        ValueError: If the shapes do not fit.

    Examples:
        >>> n, z = torch.tensor([[2.0, 1.0], [1.0, 1.0]]), torch.zeros(2)
        >>> two_class_plane(n, z, hidden_bias=torch.tensor([3.0, 0.0]))
        (tensor([1., 0.]), tensor(3.))

    Source:
        Li et al. (FCC), CVPR 2023,
        https://openaccess.thecvf.com/content/CVPR2023/html/Li_FCC_Feature_Clusters_Compression_for_Long-Tailed_Visual_Recognition_CVPR_2023_paper.html,
        appendix A, Eq. 4 to 6 and 8.
    """
    if output_weight.dim() != 2 or output_weight.shape[0] != 2:
        raise ValueError(
            'Expected `output_weight` to be (2, H), the weights of two '
            f'classes, but got {tuple(output_weight.shape)}. Take two rows.'
        )
    width = output_weight.shape[1]
    if output_bias.shape != (2,) or hidden_bias.shape != (width,):
        raise ValueError(
            'Expected `output_bias` to be (2,) and `hidden_bias` to be '
            f'({width},), but got {tuple(output_bias.shape)} and '
            f'{tuple(hidden_bias.shape)}. Take those of the same layers.'
        )
    normal = output_weight[0] - output_weight[1]
    return normal, normal @ hidden_bias + output_bias[0] - output_bias[1]


def plane_intercepts(
    normal: Tensor, offset: Tensor | float, tau: float = 1.0
) -> Tensor:
    r"""Where the plane tau k.X + B = 0 meets the axes, 1 / (tau d_i).

    $$\frac{1}{\tau d_i} = -\frac{B}{\tau k_i}$$

    Convention:
        - those of eta' (tau 1) are tau times those of eta: the planes are
          parallel.
        - an axis that the plane does not meet has inf or -inf; a plane
          through the origin (B = 0) has 0, and nan on an axis that lies in
          it.

    Args:
        normal: (H,) k.
        offset: B.
        tau: Factor on the feature, > 0.

    Returns:
        (H,).

    Raises:
        ValueError: If ``tau`` is not above 0.

    Examples:
        >>> plane_intercepts(torch.tensor([1.0, 2.0]), -1.0)
        tensor([1.0000, 0.5000])
        >>> plane_intercepts(torch.tensor([1.0, 2.0]), -1.0, tau=2.0)
        tensor([0.5000, 0.2500])

    Source:
        As :func:`two_class_plane`, Eq. 7 and 9.
    """
    _check_tau(tau)
    offset = torch.as_tensor(offset).to(normal)
    return -offset / (tau * normal)


def plane_distance(
    normal: Tensor, offset: Tensor | float, tau: float
) -> Tensor:
    r"""How far apart eta and eta' are, |B| |1 - 1/tau| / ||k||.

    Args:
        normal: (H,) k, not all 0.
        offset: B.
        tau: Factor on the feature, > 0.

    Returns:
        A scalar >= 0: 0 where the planes coincide, for B = 0 or tau = 1.

    Raises:
        ValueError: If ``tau`` is not above 0.

    Examples:
        >>> plane_distance(torch.tensor([3.0, 4.0]), -1.0, tau=2.0)
        tensor(0.1000)

    Source:
        Ours, from the two planes of appendix A of FCC.
    """
    _check_tau(tau)
    offset = torch.as_tensor(offset).to(normal)
    return offset.abs() * abs(1 - 1 / tau) / normal.norm()


def misclassified_slab(
    offset: float, tau: float
) -> tuple[float, float] | None:
    r"""Between which values of k.X a point of class 1 is lost.

    Lost is what is right when scaled (eta >= 0) and wrong when not
    (eta' < 0), the misclassified area:

    $$-\frac{B}{\tau} \le k \cdot X < -B$$

    Convention:
        - with tau > 1 it is empty unless B < 0, with tau < 1 unless B > 0.
        - a tie goes to class 1, as argmax has it.

    Args:
        offset: B.
        tau: Factor on the feature, > 0.

    Returns:
        Both values, the lower one within the area; None where it is empty.

    Raises:
        ValueError: If ``tau`` is not above 0.

    Examples:
        >>> misclassified_slab(-1.0, tau=2.0), misclassified_slab(1.0, tau=2.0)
        ((0.5, 1.0), None)

    Source:
        As :func:`two_class_plane`, Eq. 6 to 9.
    """
    _check_tau(tau)
    low, high = -offset / tau, -offset
    return (low, high) if low < high else None


def figure_of_planes(offset: float, tau: float) -> str:
    """Which part of Fig. 2 of the appendix shows the planes.

    Convention:
        - "above" is along d = -k / B, as in the appendix's d.X > 1: eta' is
          at d.X = 1 and eta at d.X = 1 / tau, so eta' is above for tau > 1
          and below for tau < 1, whatever the network.
        - hence with tau > 1, which the appendix assumes, parts a and d do not
          occur, and a point is lost in part b alone.

    Args:
        offset: B.
        tau: Factor on the feature, > 0.

    Returns:
        'a' (B < 0, eta' below eta), 'b' (B < 0, above), 'c' (B > 0, above),
        'd' (B > 0, below), or 'none' where the planes coincide.

    Raises:
        ValueError: If ``tau`` is not above 0.

    Examples:
        >>> [figure_of_planes(b, tau=2.0) for b in (-1.0, 1.0, 0.0)]
        ['b', 'c', 'none']
        >>> [figure_of_planes(b, tau=0.5) for b in (-1.0, 1.0)]
        ['a', 'd']

    Source:
        As :func:`two_class_plane`, cases 1 to 3 and Fig. 2.
    """
    _check_tau(tau)
    if offset == 0 or tau == 1:
        return 'none'
    if offset < 0:
        return 'b' if tau > 1 else 'a'
    return 'c' if tau > 1 else 'd'


def _check_tau(tau: float) -> None:
    check_real('tau', tau, 0, 'FCC scales by about 1 to 2.', above=True)
