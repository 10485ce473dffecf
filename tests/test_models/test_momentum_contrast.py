"""The contrastive branch of NCL, alone and in two processes on the CPU."""

import pytest
import torch
from mmpretrain.registry import MODELS
from torch.nn.parallel import DistributedDataParallel

from mmlt.functional import contrastive_loss
from mmlt.models import MomentumContrast, ParallelBackbones
from mmlt.structures import BatchDataSample
from tests.test_distributed.processes import in_processes, needs_gloo

BATCH = 3


def branch(**kwargs):
    """Two small networks and their branch."""
    encoder = ParallelBackbones(dict(type='CIFARResNet', depth=20), 2)
    settings = dict(in_channels=64, num_experts=2, dim=8, queue_size=10)
    return encoder, MomentumContrast(encoder, **{**settings, **kwargs})


def test_the_loss_is_the_function_summed_over_experts():
    encoder, contrast = branch(momentum=0.0, loss_weight=0.5)
    images, view = torch.randn(2, 4, 3, 8, 8)
    queue = contrast.queue.clone()
    feats = encoder(images)
    loss = contrast(encoder, feats, view)
    # momentum 0: the slow networks are copies of the fast ones
    expected = 0
    for e, (ours, others) in enumerate(
        zip(feats[-1].chunk(2, 1), encoder(view)[-1].chunk(2, 1), strict=True)
    ):
        project = contrast.projections[e]
        keys = project(others.mean((2, 3)))
        queries = project(ours.mean((2, 3)))
        expected += contrastive_loss(queries, keys, queue[e], 0.2).mean()
    torch.testing.assert_close(loss, 0.5 * expected)


def test_a_fixed_projection_of_the_keys_stays_as_it_began():
    """As Bazinga699/NCL@f64fddb: only network and pooling follow."""
    encoder, contrast = branch(momentum=0.5, fixed_key_projection=True)
    began = [p.clone() for p in contrast.key_projections.parameters()]
    mine = [p.clone() for p in contrast.projections.parameters()]
    assert not any(map(torch.equal, began, mine))
    slow = [p.clone() for p in contrast.key_encoder.parameters()]
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.add_(1)
    contrast.follow(encoder, 0.5)
    assert all(map(torch.equal, began, contrast.key_projections.parameters()))
    for old, new in zip(slow, contrast.key_encoder.parameters(), strict=True):
        torch.testing.assert_close(new, old + 0.5)


def test_three_updates_a_step_are_one_with_the_cube():
    encoder, contrast = branch()
    _, once = branch()
    once.load_state_dict(contrast.state_dict())
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.add_(1)
    for _ in range(3):
        contrast.follow(encoder, 0.999)
    once.follow(encoder, 0.997002999)
    for a, b in zip(
        contrast.key_encoder.parameters(),
        once.key_encoder.parameters(),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


def test_the_queue_goes_round_and_keeps_the_latest():
    _, contrast = branch()
    keys = torch.randn(2, 23, 8)
    expected = [None] * 10
    place = 0
    for begin, end in ((0, 4), (4, 8), (8, 12), (12, 23)):
        contrast.enqueue(keys[:, begin:end])
        for i in range(max(begin, end - 10), end):
            expected[place] = keys[:, i]
            place = (place + 1) % 10
    assert torch.equal(contrast.queue, torch.stack(expected, dim=1))
    assert contrast.position.item() == place


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(queue_size=0), '`queue_size`'),
        (dict(temperature=0), '`temperature`'),
        (dict(momentum=1.5), '`momentum`'),
    ],
)
def test_settings_out_of_range(kwargs, match):
    with pytest.raises(ValueError, match=match):
        branch(**kwargs)


def build():
    model = MODELS.build(
        dict(
            type='NCLClassifier',
            backbone=dict(type='CIFARResNet', depth=20),
            num_experts=2,
            neck=[dict(type='GlobalAveragePooling')],
            head=dict(
                type='NCLClsHead', num_classes=3, in_channels=64, num_experts=2
            ),
            contrast=dict(
                type='MomentumContrast', in_channels=64, dim=8, queue_size=20
            ),
        )
    )
    model.head.set_class_counts([9, 3, 1])
    return model


def work():
    rank = torch.distributed.get_rank()
    torch.manual_seed(rank)  # other weights: DDP makes them one
    ddp = DistributedDataParallel(build(), broadcast_buffers=False)
    keys = []
    for step in range(2):
        torch.manual_seed(10 * step + rank)
        images = torch.randn(BATCH, 3, 8, 8)
        samples = [BatchDataSample(gt_label=torch.arange(BATCH) % 3)]
        ddp.zero_grad()
        # without find_unused_parameters: every parameter must take part
        losses = ddp((images, images.flip(3)), samples, mode='loss')
        sum(losses.values()).backward()
        begin = 2 * BATCH * step + BATCH * rank
        keys.append(ddp.module.contrast.queue[:, begin : begin + BATCH])
    return dict(
        state=ddp.module.contrast.state_dict(),
        grads=[p.grad for p in ddp.parameters() if p.requires_grad],
        keys=torch.cat(keys, dim=1),
    )


@needs_gloo
def test_processes_share_keys_queue_and_gradients():
    a, b = in_processes(2, work)
    assert a['state']['position'].item() == 4 * BATCH
    assert torch.equal(a['state']['queue'], b['state']['queue'])
    for key, value in a['state'].items():
        if 'key_' in key and 'running' not in key:
            assert torch.equal(value, b['state'][key]), key
    for one, other in zip(a['grads'], b['grads'], strict=True):
        assert torch.equal(one, other)
    # the keys of the two processes are different ones
    assert not torch.isclose(a['keys'], b['keys']).all(-1).any()
