"""Two processes on the CPU: NCL with its contrastive branch."""

import multiprocessing

import pytest
import torch
from mmpretrain.registry import MODELS
from torch.nn.parallel import DistributedDataParallel

from mmlt.structures import BatchDataSample

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


def work(rank, folder):
    torch.manual_seed(rank)  # other weights: DDP makes them one
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2
    )
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
    torch.save(
        dict(
            state=ddp.module.contrast.state_dict(),
            grads=[p.grad for p in ddp.parameters() if p.requires_grad],
            keys=torch.cat(keys, dim=1),
        ),
        f'{folder}/rank{rank}.pth',
    )
    torch.distributed.destroy_process_group()


@pytest.mark.skipif(
    not torch.distributed.is_gloo_available(), reason='no gloo'
)
def test_processes_share_keys_queue_and_gradients(tmp_path):
    context = multiprocessing.get_context('fork')
    workers = [
        context.Process(target=work, args=(rank, tmp_path))
        for rank in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)
        assert worker.exitcode == 0
    a, b = (
        torch.load(tmp_path / f'rank{rank}.pth', weights_only=False)
        for rank in range(2)
    )
    assert a['state']['position'].item() == 4 * BATCH
    assert torch.equal(a['state']['queue'], b['state']['queue'])
    for key, value in a['state'].items():
        if 'key_' in key and 'running' not in key:
            assert torch.equal(value, b['state'][key]), key
    for one, other in zip(a['grads'], b['grads'], strict=True):
        assert torch.equal(one, other)
    # the keys of the two processes are different ones
    assert not torch.isclose(a['keys'], b['keys']).all(-1).any()
