"""Classification heads read as vMF densities, or as linear classifiers.

A head of its own says what it is: ``vmf_parameters(dtype)``,
``logit_offset()``, ``linear_parameters()`` and ``normalizes_features``.
A ``torch.nn.Linear`` and mmpretrain's ``LinearClsHead`` are read here.
"""

import torch
from mmpretrain.models import LinearClsHead
from torch import Tensor, nn

from mmlt.functional import linear_to_vmf

__all__ = ['head_bias', 'head_to_linear', 'head_to_vmf', 'logit_bias']


def head_to_vmf(
    head: nn.Module, dtype: torch.dtype | None = None
) -> tuple[Tensor, Tensor]:
    r"""Concentrations and directions of a classifier.

    Args:
        head: One with ``vmf_parameters(dtype)``; a ``torch.nn.Linear``; or
            mmpretrain's ``LinearClsHead``, or a subclass that scores as it.
        dtype: In which to compute; that of the head for None.

    Returns:
        kappa (C,) and mu (C, D).

    Raises:
        TypeError: If the head is none of these.

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 8 to 11
        of its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    if hasattr(head, 'vmf_parameters'):
        return head.vmf_parameters(dtype)
    linear = _linear_layer(head)
    if linear is None:
        raise TypeError(
            'Expected a head that can be read as a vMF classifier, but got '
            f'{type(head).__name__}. Known are LinearClsHead, '
            'CosineClsHead, TauNormClsHead, CausalClsHead and VMFClsHead; '
            'give another a method `vmf_parameters(dtype)` that returns '
            'kappa (C,) and mu (C, D).'
        )
    return linear_to_vmf(linear.weight.to(dtype or linear.weight.dtype))


def logit_bias(head: nn.Module) -> Tensor | None:
    """What a head adds to its product with the feature, in its mode.

    Args:
        head: One that :func:`head_to_vmf` can read.

    Returns:
        (C,), without gradient, or None where nothing is added.
    """
    if hasattr(head, 'logit_offset'):
        bias = head.logit_offset()
    elif hasattr(head, 'vmf_parameters') and not hasattr(head, 'fc'):
        bias = head.bias
    else:
        bias = getattr(head, 'fc', head).bias
    return None if bias is None else bias.detach()


def head_bias(head: nn.Module) -> Tensor | None:
    """The bias that decides whether scaling a feature changes its class.

    Args:
        head: One that :func:`head_to_vmf` can read, in evaluation mode.

    Returns:
        (C,), or None where scaling the feature cannot change the predicted
        class: the head has no bias, or normalizes its features.

    Raises:
        TypeError: If the head cannot be read.

    Source:
        Li et al. (FCC), CVPR 2023,
        https://openaccess.thecvf.com/content/CVPR2023/html/Li_FCC_Feature_Clusters_Compression_for_Long-Tailed_Visual_Recognition_CVPR_2023_paper.html,
        appendix A: without a bias all logits scale alike.
    """
    head_to_vmf(head)  # refuses what is not linear
    if getattr(head, 'normalizes_features', False):
        return None
    return logit_bias(head)


def head_to_linear(head: nn.Module) -> tuple[Tensor, Tensor, bool]:
    """Weight and bias of a head at test.

    Args:
        head: In evaluation mode. One with ``linear_parameters()``; a
            ``torch.nn.Linear``; or mmpretrain's ``LinearClsHead``, or a
            subclass that scores as it.

    Returns:
        weight (C, D), bias (C,), and whether features are divided by their
        length before.

    Raises:
        RuntimeError: If the head is in training mode, in which its logits
            may hold the training prior.
        TypeError: If the head is not known to be linear.

    Source:
        Ours: multiplied out, by
        :func:`~mmlt.functional.directional_to_linear`; the classifier: Wang et
        al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 1 and 8 to 11 of
        its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """
    if head.training:
        raise RuntimeError(
            f'Expected {type(head).__name__} in evaluation mode, but it is '
            'in training mode, in which its logits may be others. Call '
            '`eval()` first.'
        )
    if hasattr(head, 'linear_parameters'):
        return head.linear_parameters()
    linear = _linear_layer(head)
    if linear is None:
        raise TypeError(
            'Expected a head that is a linear or cosine classifier at test, '
            f'but got {type(head).__name__}, which is not known to be one. '
            'Known are LinearClsHead, CosineClsHead, VMFClsHead, '
            'TauNormClsHead, CausalClsHead, CalibratedClsHead; give another '
            'a method `linear_parameters()` that returns weight (C, D), bias '
            '(C,) and whether features are normalized.'
        )
    weight, bias = linear.weight, linear.bias
    if bias is None:
        bias = weight.new_zeros(len(weight))
    return weight, bias, False


def _linear_layer(head: nn.Module) -> nn.Linear | None:
    """The layer that a linear head scores with."""
    if isinstance(head, nn.Linear):
        return head
    if isinstance(head, LinearClsHead):
        # a subclass with a forward of its own may score in another way
        same = type(head).forward is LinearClsHead.forward
        return head.fc if same else None
    return None
