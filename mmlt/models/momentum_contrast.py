"""The contrastive branch of NCL."""

import copy

import torch
from mmengine.dist import all_gather
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import contrastive_loss, unit_vectors
from mmlt.functional.checks import check_integer, check_real

__all__ = ['MomentumContrast']


@MODELS.register_module()
class MomentumContrast(nn.Module):
    """Contrast of two views of an image, one seen by a slower network.

    Each expert has a projection (two layers), a copy of network and
    projection that follows by a moving average and makes the keys, and a
    queue of the keys of other images. Copies and queues are in the
    checkpoint. In distributed training all processes share the keys.

    Args:
        encoder: The experts' networks, as ``ParallelBackbones``.
        in_channels: D, channels of one expert.
        num_experts: E.
        dim: Length of queries and keys.
        queue_size: Keys of each expert's queue.
        temperature: T > 0, dimensionless.
        momentum: Share of the old in the moving average, in [0, 1].
        fixed_key_projection: Whether the projection of the keys stays as it
            began, with random weights of its own: the published code of NCL
            never updates it. Without it, it follows as the network does.
        loss_weight: Factor on the loss, >= 0.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        He et al. (MoCo), CVPR 2020, https://arxiv.org/abs/1911.05722; the
        defaults are those of NCL:
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/config/CIFAR/CIFAR100/cifar100_im100_NCL_with_contrastive.yaml#L16-L19
    """

    def __init__(
        self,
        encoder: nn.Module,
        in_channels: int,
        num_experts: int = 3,
        dim: int = 64,
        queue_size: int = 1024,
        temperature: float = 0.2,
        momentum: float = 0.999,
        fixed_key_projection: bool = False,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        check_integer('queue_size', queue_size, 1, 'The default is 1024.')
        check_real(
            'temperature', temperature, 0, 'The usual one is 0.2.', above=True
        )
        check_real('momentum', momentum, 0, 'The default is 0.999.', high=1)
        self.temperature = temperature
        self.momentum = momentum
        self.loss_weight = loss_weight
        self.projections = nn.ModuleList(
            nn.Sequential(
                nn.Linear(in_channels, in_channels),
                nn.ReLU(),
                nn.Linear(in_channels, dim),
            )
            for _ in range(num_experts)
        )
        self.key_encoder = copy.deepcopy(encoder).requires_grad_(False)
        self.key_projections = copy.deepcopy(self.projections)
        self.fixed_key_projection = fixed_key_projection
        if fixed_key_projection:
            for part in self.key_projections.modules():
                if isinstance(part, nn.Linear):
                    part.reset_parameters()
        self.key_projections.requires_grad_(False)
        # a seed of its own: several processes must begin with one queue
        queue = unit_vectors(
            torch.randn(
                num_experts,
                queue_size,
                dim,
                generator=torch.Generator().manual_seed(0),
            ),
            dim=2,
        )
        self.register_buffer('queue', queue)
        self.register_buffer('position', torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def follow(self, encoder: nn.Module, momentum: float) -> None:
        """Move the slower networks towards the experts.

        Args:
            encoder: The experts' networks.
            momentum: Share of the old; 0 copies.
        """
        pairs = [(self.key_encoder, encoder)]
        if not self.fixed_key_projection:
            pairs.append((self.key_projections, self.projections))
        for slow, fast in pairs:
            for old, new in zip(
                slow.parameters(), fast.parameters(), strict=True
            ):
                old.lerp_(new, 1 - momentum)

    @torch.no_grad()
    def enqueue(self, keys: Tensor) -> None:
        """Put keys (E, N, dim) where the oldest are."""
        keys = torch.cat(all_gather(keys.contiguous()), dim=1)
        size = self.queue.shape[1]
        keys = keys[:, -size:].to(self.queue)
        # by indices on the device: reading the position would wait for it
        steps = torch.arange(keys.shape[1], device=keys.device)
        self.queue[:, (self.position + steps) % size] = keys
        self.position.add_(keys.shape[1]).remainder_(size)

    def forward(
        self, encoder: nn.Module, feats: tuple[Tensor, ...], view: Tensor
    ) -> Tensor:
        """Loss of a batch, summed over the experts; updates the queue.

        Args:
            encoder: The experts' networks.
            feats: Their feature maps of the first view, (N, E D, H, W) last.
            view: The second view of the images, (N, 3, H, W).

        Returns:
            A scalar.
        """
        queries = project(self.projections, feats[-1])
        with torch.no_grad():
            self.follow(encoder, self.momentum)
            maps = self.key_encoder(view)[-1]
            keys = unit_vectors(project(self.key_projections, maps), dim=2)
        loss = sum(
            contrastive_loss(q, k, queue, self.temperature).mean()
            for q, k, queue in zip(queries, keys, self.queue, strict=True)
        )
        self.enqueue(keys)
        return self.loss_weight * loss


def project(projections: nn.ModuleList, maps: Tensor) -> Tensor:
    """Projections (E, N, dim) of the experts' pooled maps (N, E D, H, W)."""
    parts = maps.mean((2, 3)).chunk(len(projections), dim=1)
    return torch.stack(
        [
            projection(part)
            for projection, part in zip(projections, parts, strict=True)
        ]
    )
