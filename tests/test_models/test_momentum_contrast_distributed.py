"""Two processes on the CPU: NCL with its contrastive branch."""

import torch
from mmpretrain.registry import MODELS
from torch.nn.parallel import DistributedDataParallel

from mmlt.structures import BatchDataSample
from tests.test_distributed.processes import in_processes, needs_gloo

BATCH = 3


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
