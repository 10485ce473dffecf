from collections.abc import Sequence

from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from mmseg.structures import OHEMPixelSampler
from torch import nn

from .auxiliary_losses import AuxiliaryPixelLoss, build_auxiliary_losses
from .vmf_conv import VMFConv

__all__ = ['vmf_seg_head']


@MODELS.register_module(name='VMFSegHead')
def vmf_seg_head(
    head_type: str,
    init_kappa: float = 16.0,
    test_prior: str | float | Sequence[float] = 'balanced',
    test_alpha: float = 1.0,
    aux_losses: Sequence[dict | nn.Module] = (),
    **kwargs,
) -> BaseDecodeHead:
    """A decode head of mmsegmentation whose last convolution is a VMFConv.

    Every head that ends in ``cls_seg`` takes it: FCN, PSP, UPerNet, DeepLab,
    SegFormer and others. In a config::

        decode_head=dict(type='VMFSegHead', head_type='UPerHead', ...)

    with the settings of ``UPerHead`` as they were. An auxiliary head stays
    what it is.

    Args:
        head_type: Registered name of the head.
        init_kappa: As of :class:`VMFConv`.
        test_prior: The same.
        test_alpha: The same.
        aux_losses: Configs of further losses on (kappa, mu) and the features
            of the pixels: ``InterClassDiscrepancyLoss``,
            ``ClassFeatureConsistencyLoss``. Each is added under its name.
        **kwargs: Of the head.

    Returns:
        The head.

    Raises:
        TypeError: If ``head_type`` is no decode head, or has no ``conv_seg``;
            or one of ``aux_losses`` is no loss on (kappa, mu).
        ValueError: If it scores one channel for two classes, two losses have
            one name, or ``aux_losses`` do not go with the sampler.

    Examples:
        >>> head = vmf_seg_head(
        ...     'FCNHead', in_channels=8, channels=4, num_classes=3
        ... )
        >>> type(head).__name__, type(head.conv_seg).__name__
        ('FCNHead', 'VMFConv')

    Source:
        Ours; the layer: Wang et al., ECCV 2022,
        https://arxiv.org/abs/2208.10043
    """
    head = MODELS.build(dict(type=head_type, **kwargs))
    stock = getattr(head, 'conv_seg', None)
    if not isinstance(head, BaseDecodeHead) or not isinstance(
        stock, nn.Conv2d
    ):
        raise TypeError(
            'Expected `head_type` to be a decode head that ends in '
            f'`conv_seg`, but {head_type} does not. Take FCNHead, UPerHead, '
            'PSPHead, an ASPP head or SegformerHead.'
        )
    if head.out_channels != head.num_classes:
        raise ValueError(
            f'Expected `out_channels` to be the {head.num_classes} classes, '
            f'but got {head.out_channels}: one density per class is '
            'compared. Leave `out_channels` and `threshold` out.'
        )
    head.conv_seg = VMFConv(
        stock.in_channels,
        head.num_classes,
        init_kappa,
        test_prior,
        test_alpha,
    )
    further = build_auxiliary_losses(aux_losses)
    if further:
        if is_called_by_pixel(head.sampler):
            raise ValueError(
                'Expected a sampler that leaves `aux_losses` alone, but '
                'OHEMPixelSampler without `thresh` asks every loss for a '
                'number of each pixel. Set its `thresh`, or leave one of the '
                'two out.'
            )
        losses = head.loss_decode
        losses = losses if isinstance(losses, nn.ModuleList) else [losses]
        further = [
            AuxiliaryPixelLoss(head.conv_seg, loss, loss is further[-1])
            for loss in further
        ]
        head.loss_decode = nn.ModuleList([*losses, *further])
    return head


def is_called_by_pixel(sampler: object | None) -> bool:
    """Whether a sampler reads the loss of every pixel to choose among them."""
    return isinstance(sampler, OHEMPixelSampler) and sampler.thresh is None
