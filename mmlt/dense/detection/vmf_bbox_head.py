from collections.abc import Sequence

from mmdet.models import BBoxHead
from mmdet.registry import MODELS
from torch import nn

from ..auxiliary_losses import LossWithAuxiliaries, build_auxiliary_losses
from .vmf_linear import VMFLinear

__all__ = ['vmf_bbox_head']


@MODELS.register_module(name='VMFBBoxHead')
def vmf_bbox_head(
    head_type: str,
    aux_losses: Sequence[dict | nn.Module] = (),
    **kwargs,
) -> BBoxHead:
    """A box head with a VMFLinear, and further losses on its densities.

    In a config::

        bbox_head=dict(
            type='VMFBBoxHead',
            head_type='Shared2FCBBoxHead',
            cls_predictor_cfg=dict(type='VMFLinear'),
            loss_cls=dict(type='ClassAndObjectnessLoss'),
            aux_losses=[dict(type='InterClassDiscrepancyLoss')])

    with the other settings as they were. Without ``aux_losses`` it is the
    head itself.

    Args:
        head_type: Registered name of the head.
        aux_losses: Configs of further losses on (kappa, mu) and the features
            of the boxes: ``InterClassDiscrepancyLoss``,
            ``ClassFeatureConsistencyLoss``. Each is added under its name.
        **kwargs: Of the head.

    Returns:
        The head.

    Raises:
        TypeError: If it is no box head with a VMFLinear, or one of
            ``aux_losses`` is no loss on (kappa, mu).
        ValueError: If two losses have one name.

    Examples:
        >>> head = vmf_bbox_head(
        ...     'Shared2FCBBoxHead',
        ...     [dict(type='InterClassDiscrepancyLoss')],
        ...     num_classes=3,
        ...     cls_predictor_cfg=dict(type='VMFLinear'),
        ...     loss_cls=dict(type='ClassAndObjectnessLoss'),
        ... )
        >>> type(head.fc_cls).__name__, type(head.loss_cls).__name__
        ('VMFLinear', 'LossWithAuxiliaries')

    Source:
        Ours; the losses: Wang et al., ECCV 2022,
        https://arxiv.org/abs/2208.10043
    """
    head = MODELS.build(dict(type=head_type, **kwargs))
    layer = getattr(head, 'fc_cls', None)
    if not isinstance(head, BBoxHead) or not isinstance(layer, VMFLinear):
        raise TypeError(
            'Expected `head_type` to be a box head that takes '
            "`cls_predictor_cfg=dict(type='VMFLinear')`, but the classifier "
            f'of {head_type} is {type(layer).__name__}. Take '
            'Shared2FCBBoxHead or Shared4Conv1FCBBoxHead, with this setting.'
        )
    further = build_auxiliary_losses(aux_losses)
    if further:
        head.loss_cls = LossWithAuxiliaries(head.loss_cls, layer, further)
    return head
