from collections.abc import Sequence

import torch
from mmpretrain.models import ResNet, ResNeXt
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional.checks import check_integer

from .resnet10 import ResNet10

__all__ = ['MultiExpertResNeXt', 'MultiExpertResNet', 'MultiExpertResNet10']


class MultiExpertMixin:
    """Gives a ResNet of mmpretrain one copy of its last stages per expert.

    List it before ``ResNet`` or a subclass among the bases. Stem and first
    stages keep their names; the other stages are ``experts.<e>.<s>``.
    Weights of the plain network load too, into every expert, where the
    channels are the same.

    Args:
        depth: As for the plain network.
        num_experts: E >= 1.
        shared_stages: How many stages are shared, from 1 to one less than
            there are.
        expert_channels: Output channels of each stage of an expert; None for
            those of the plain network.
        **kwargs: As for the plain network, without ``out_indices``.

    Returns (forward):
        A tuple of the experts' last feature maps side by side, (N, E D, H/32,
        W/32), D the last of ``expert_channels``.

    Raises:
        ValueError: If a setting is out of range.
    """

    def __init__(
        self,
        depth: int,
        num_experts: int = 3,
        shared_stages: int = 2,
        expert_channels: Sequence[int] | None = None,
        **kwargs,
    ) -> None:
        check_integer('num_experts', num_experts, 1, 'The papers use 3.')
        if 'out_indices' in kwargs:
            raise ValueError(
                'Expected no `out_indices`: experts are told apart in the '
                f'last feature map alone. Drop {kwargs["out_indices"]!r}.'
            )
        super().__init__(depth, **kwargs)
        hint = "The other stages are each expert's own."
        most = self.num_stages - 1
        check_integer('shared_stages', shared_stages, 1, hint, high=most)
        if self.frozen_stages > shared_stages:
            raise ValueError(
                f'Expected `frozen_stages` to be {shared_stages} (the shared '
                f'ones) at most, but got {self.frozen_stages}. Share '
                'more stages, or freeze fewer.'
            )
        self.num_experts = num_experts
        self.own_stages = self.res_layers[shared_stages:]
        self.res_layers = self.res_layers[:shared_stages]
        self.out_indices = (shared_stages - 1,)
        channels = self._checked_channels(expert_channels)
        for name in self.own_stages:
            delattr(self, name)
        rates = self._drop_path_rates(kwargs.get('drop_path_rate', 0.0))
        self.experts = nn.ModuleList(
            self._expert(channels, rates) for _ in range(num_experts)
        )
        self.feat_dim = num_experts * channels[-1]

    def _checked_channels(self, channels: Sequence[int] | None) -> list[int]:
        """Output channels of an expert's stages, those of the network."""
        if channels is None:
            return [
                getattr(self, name)[-1].out_channels
                for name in self.own_stages
            ]
        if len(channels) != len(self.own_stages) or any(
            n < 1 or n % self.expansion for n in channels
        ):
            raise ValueError(
                'Expected `expert_channels` to be '
                f'{len(self.own_stages)} multiples of {self.expansion}, one '
                f'for each stage of an expert, but got {tuple(channels)}. '
                'None takes the default widths.'
            )
        return list(channels)

    def _drop_path_rates(self, last: float) -> list[list[float]]:
        """Stochastic depth of the blocks of each stage of an expert."""
        rates = torch.linspace(0, last, sum(self.stage_blocks))
        parts = rates.split(tuple(self.stage_blocks))
        return [part.tolist() for part in parts[-len(self.own_stages) :]]

    def _expert(
        self, channels: list[int], rates: list[list[float]]
    ) -> nn.Sequential:
        """Stages of one expert, built as mmpretrain builds its own."""
        shared = len(self.res_layers)
        before = getattr(self, self.res_layers[-1])[-1].out_channels
        stages = []
        for i, (width, rate) in enumerate(zip(channels, rates, strict=True)):
            stages.append(
                self.make_res_layer(
                    block=self.block,
                    num_blocks=self.stage_blocks[shared + i],
                    in_channels=before,
                    out_channels=width,
                    expansion=self.expansion,
                    stride=self.strides[shared + i],
                    dilation=self.dilations[shared + i],
                    style=self.style,
                    avg_down=self.avg_down,
                    with_cp=self.with_cp,
                    conv_cfg=self.conv_cfg,
                    norm_cfg=self.norm_cfg,
                    drop_path_rate=rate,
                )
            )
            before = width
        return nn.Sequential(*stages)

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """Feature maps (N, E D, H/32, W/32) of images (N, C, H, W)."""
        (shared,) = super().forward(x)
        return (torch.cat([expert(shared) for expert in self.experts], 1),)

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        # weights of the plain network: every expert begins as a copy
        for s, name in enumerate(self.own_stages):
            start = f'{prefix}{name}.'
            for key in [k for k in state_dict if k.startswith(start)]:
                value = state_dict.pop(key)
                for e in range(self.num_experts):
                    own = f'{prefix}experts.{e}.{s}.{key[len(start) :]}'
                    state_dict[own] = value
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


@MODELS.register_module()
class MultiExpertResNet(MultiExpertMixin, ResNet):
    """mmpretrain's ResNet with one copy of its last stages per expert.

    Args:
        depth: 18, 34, 50, 101 or 152.
        num_experts: E >= 1.
        shared_stages: How many of the four stages are shared.
        expert_channels: Output channels of each stage of an expert; None for
            those of the plain network.
        **kwargs: As mmpretrain's ``ResNet``, without ``out_indices``.

    Source:
        Zhang et al. (SADE), NeurIPS 2022, https://arxiv.org/abs/2107.09249;
        two shared stages and 768 and 1,536 channels are those of Wang et al.
        (RIDE), ICLR 2021, https://arxiv.org/abs/2010.01809, which SADE takes
        over:
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/model/fb_resnets/Expert_ResNet.py#L126-L136
    """


@MODELS.register_module()
class MultiExpertResNeXt(MultiExpertMixin, ResNeXt):
    """mmpretrain's ResNeXt with one copy of its last stages per expert.

    The width of the grouped convolution follows the channels: 768 and 1,536
    have 32 groups of 12 and of 24.

    Args:
        depth: 50, 101 or 152.
        num_experts: E >= 1.
        shared_stages: How many of the four stages are shared.
        expert_channels: Output channels of each stage of an expert; None for
            those of the plain network.
        **kwargs: As mmpretrain's ``ResNeXt``, without ``out_indices``.

    Source:
        As :class:`MultiExpertResNet`;
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/model/fb_resnets/Expert_ResNeXt.py#L124-L134
        (the widths before the expansion by 4)
    """


@MODELS.register_module()
class MultiExpertResNet10(MultiExpertMixin, ResNet10):
    """ResNet-10 with one copy of its last stages per expert.

    Args:
        depth: 10; no other value is accepted.
        num_experts: E >= 1.
        shared_stages: How many of the four stages are shared.
        expert_channels: Output channels of each stage of an expert; None for
            those of the plain network.
        **kwargs: As :class:`ResNet10`, without ``out_indices``.

    Source:
        As :class:`MultiExpertResNet`, https://arxiv.org/abs/2107.09249; its
        published configs have no ResNet-10.
    """
