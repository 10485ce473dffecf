import copy

import pytest
import torch

pytest.importorskip('mmseg')
from mmseg.registry import MODELS

from mmlt.dense import VMFConv, vmf_seg_head

from .conftest import NETWORK

COMMON = dict(
    channels=8,
    num_classes=4,
    norm_cfg=dict(type='BN'),
    align_corners=False,
    loss_decode=dict(type='CrossEntropyLoss'),
)
ONE = dict(in_channels=16, in_index=0)
FOUR = dict(in_channels=[4, 8, 16, 16], in_index=[0, 1, 2, 3])
HEADS = {
    'FCNHead': dict(**ONE, num_convs=1, concat_input=False),
    'PSPHead': dict(**ONE, pool_scales=(1, 2)),
    'ASPPHead': dict(**ONE, dilations=(1, 2)),
    'UPerHead': dict(**FOUR, pool_scales=(1, 2)),
    'SegformerHead': FOUR,
}


@pytest.mark.parametrize('kind', HEADS)
def test_the_classifier_of_any_head_is_the_layer(kind):
    """Logits are those of the layer on what `cls_seg` is given."""
    head = vmf_seg_head(kind, **HEADS[kind], **COMMON).eval()
    head.conv_seg.set_class_counts([9, 3, 2, 1])
    seen = []
    head.conv_seg.register_forward_hook(
        lambda conv, args, out: seen.append((args[0], out))
    )
    widths = HEADS[kind]['in_channels']
    widths = widths if isinstance(widths, list) else [widths]
    maps = [torch.randn(2, w, 8, 8).requires_grad_() for w in widths]
    out = head(maps)
    ((given, made),) = seen
    assert torch.equal(out, made)
    assert torch.equal(out, head.conv_seg(given))
    out.sum().backward()
    assert head.conv_seg.weight.grad.any()
    assert head.conv_seg.kappa_raw.grad is not None


def test_initial_weights_of_the_parent_keep_kappa():
    model = MODELS.build(copy.deepcopy(NETWORK))
    model.init_weights()
    layer = model.decode_head.conv_seg
    assert isinstance(layer, VMFConv)
    assert layer.kappa.tolist() == pytest.approx([16.0] * 4)
    # mmengine's Normal, std 0.01: the directions are random ones
    assert 0.003 < layer.weight.std().item() < 0.02


@pytest.mark.parametrize(
    ('error', 'message', 'settings'),
    [
        (
            ValueError,
            'OHEMPixelSampler without `thresh` asks every loss',
            dict(
                num_classes=3,
                sampler=dict(type='OHEMPixelSampler', min_kept=5),
                aux_losses=[dict(type='InterClassDiscrepancyLoss')],
            ),
        ),
        (
            ValueError,
            'Expected `out_channels` to be the 2 classes',
            dict(num_classes=2, out_channels=1, threshold=0.3),
        ),
        (
            TypeError,
            'ends in `conv_seg`, but SegmenterMaskTransformerHead does not',
            dict(
                head_type='SegmenterMaskTransformerHead',
                num_layers=1,
                num_heads=2,
                embed_dims=8,
            ),
        ),
    ],
)
def test_heads_without_a_score_per_class_are_refused(error, message, settings):
    settings = dict(head_type='FCNHead', in_channels=16) | COMMON | settings
    with pytest.raises(error, match=message):
        vmf_seg_head(**settings)
