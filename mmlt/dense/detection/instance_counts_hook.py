import numpy as np
from mmdet.models import BBoxHead
from mmdet.registry import HOOKS
from mmengine.runner import BaseLoop
from torch import nn

from ..auxiliary_losses import LossWithAuxiliaries
from ..class_counts_hook import ClassCountsHook
from .instance_counts import instance_counts
from .vmf_linear import VMFLinear

__all__ = ['InstanceCountsHook']


@HOOKS.register_module()
class InstanceCountsHook(ClassCountsHook):
    """Hands the training instances of every class to the parts that ask.

    To every module and metric that has ``set_class_counts(counts)``; from
    the checkpoint where the network is tested alone.

    Args:
        counts: (C,) instances, where they are known; None: those of the
            training set are counted, each once, also where a
            ``ClassBalancedDataset`` draws images of rare classes more often.

    Raises:
        TypeError: If no part of the network asks, or a head was told to have
            a :class:`VMFLinear` and has another classifier.
        ValueError: If an instance has a label that is no class, a class has
            no instance, or the loss of a head asks for other scores than
            its :class:`VMFLinear` has.
        RuntimeError: If the network has one that it does not use.
    """

    counted = 'Training instances'
    hint = (
        'Its classifier is another one than `fc_cls`: take Shared2FCBBoxHead '
        'or Shared4Conv1FCBBoxHead.'
    )

    def before_run(self, runner) -> None:
        """Look at the heads; then count, and hand out, before a training."""
        if isinstance(runner._train_loop, BaseLoop):
            check_heads(runner.model)
        super().before_run(runner)

    def count(self, runner) -> np.ndarray:
        """Instances of the training set, (C,) int64."""
        return instance_counts(runner.train_dataloader.dataset)


def check_heads(model: nn.Module) -> None:
    """Check that the vMF classifiers of a detector are where they belong.

    Raises:
        TypeError: If there is no part that asks for counts, or a head has
            put another classifier in the place of the one it was told.
        ValueError: If a loss does not fit its classifier.
    """
    for name, head in model.named_modules():
        if isinstance(head, BBoxHead) and head.with_cls:
            check_head(name, head)
    if not any(hasattr(part, 'set_class_counts') for part in model.modules()):
        raise TypeError(
            'Expected a part of the network that asks for class counts, but '
            f'{type(model).__name__} has none. Set `cls_predictor_cfg=dict('
            "type='VMFLinear')` of its `bbox_head`, or leave "
            'InstanceCountsHook out.'
        )


def check_head(name: str, head: BBoxHead) -> None:
    """Check one head, see :func:`check_heads`."""
    layer = head.fc_cls
    told = str(head.cls_predictor_cfg.get('type')).endswith('VMFLinear')
    if told and not isinstance(layer, VMFLinear | nn.ModuleList):
        raise TypeError(
            f'Expected {type(head).__name__} to take `cls_predictor_cfg`, but '
            f'{name} has {type(layer).__name__} as its classifier. Take '
            'Shared2FCBBoxHead or Shared4Conv1FCBBoxHead.'
        )
    if isinstance(layer, VMFLinear) and layer.num_classes != head.num_classes:
        raise ValueError(
            f'Expected `loss_cls` of {name} to fit `background` of its '
            f'VMFLinear, but {_loss_name(head)} leaves scores of '
            f'{layer.num_classes} classes for {head.num_classes}. Set '
            "`loss_cls=dict(type='ClassAndObjectnessLoss')` for 'objectness', "
            "or dict(type='CrossEntropyLoss') for 'class'."
        )


def _loss_name(head: BBoxHead) -> str:
    """Type of the loss on the scores."""
    loss = head.loss_cls
    if isinstance(loss, LossWithAuxiliaries):
        loss = loss.loss
    return type(loss).__name__
