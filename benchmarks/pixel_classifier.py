"""Time and memory of the vMF classifier of pixels in a whole training step.

    python benchmarks/pixel_classifier.py [--out FILE] [--rounds 5]

FCN with ResNet-50 as on ADE20K (512 x 512, 150 classes), stock, with
``VMFConv``, and with the two further losses on its densities: forward, loss
and backward of a batch. They take turns in one run, and the ratio to the stock
network is that of each turn; the CPU seconds of the process are
counted (on a GPU: wall-clock time). The memory is what autograd keeps from
forward to backward, counted exactly: every tensor's storage once. Needs
mmsegmentation (docs/segmentation.md).
"""

import argparse
import statistics
import time
from pathlib import Path

import torch
from _common import environment, synchronize, write
from mmengine.hub import get_config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch.autograd.graph import saved_tensors_hooks

import mmlt.dense  # noqa: F401 (registers VMFSegHead)

BASE = 'mmseg::fcn/fcn_r50-d8_4xb4-160k_ade20k-512x512.py'
CLASSES = 150
LOSSES = ('InterClassDiscrepancyLoss', 'ClassFeatureConsistencyLoss')


def networks(device: torch.device) -> dict[str, torch.nn.Module]:
    """Name -> network in training mode, from equal random weights."""
    found = {}
    for name in ('stock', 'vmf', 'vmf with further losses'):
        model = get_config(BASE).model
        model.pop('pretrained', None)
        model.data_preprocessor = None
        if name != 'stock':
            model.decode_head.update(type='VMFSegHead', head_type='FCNHead')
        if name not in ('stock', 'vmf'):
            model.decode_head.aux_losses = [dict(type=t) for t in LOSSES]
        torch.manual_seed(0)
        network = revert_sync_batchnorm(MODELS.build(model)).to(device)
        if name != 'stock':
            counts = torch.logspace(8, 4, CLASSES).long()
            network.decode_head.conv_seg.set_class_counts(counts)
        found[name] = network.train()
    return found


def batch(size: int, side: int, device: torch.device) -> dict:
    """Random images with random masks."""
    generator = torch.Generator().manual_seed(0)
    masks = torch.randint(
        0, CLASSES, (size, 1, side, side), generator=generator
    )
    samples = []
    for mask in masks.to(device):
        sample = SegDataSample(metainfo={'img_shape': (side, side)})
        sample.gt_sem_seg = PixelData(data=mask)
        samples.append(sample)
    images = torch.randn(size, 3, side, side, generator=generator)
    return {'inputs': images.to(device), 'data_samples': samples}


def loss_of(network: torch.nn.Module, images: dict) -> torch.Tensor:
    """Sum of the losses of a batch."""
    losses = network(**images, mode='loss')
    return sum(v for k, v in losses.items() if 'loss' in k)


def kept_mib(network: torch.nn.Module, images: dict) -> float:
    """What is kept from forward to backward, MiB, without the parameters."""
    own = {p.untyped_storage().data_ptr() for p in network.parameters()}
    kept = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = loss_of(network, images)
    total = sum(kept.values())
    del loss  # until here, no storage is used again
    return total / 2**20


def seconds(network: torch.nn.Module, images: dict) -> float:
    """Of one step: forward, loss and backward."""
    network.zero_grad()
    on_gpu = images['inputs'].is_cuda
    clock = time.perf_counter if on_gpu else time.process_time
    synchronize()
    begin = clock()
    loss_of(network, images).backward()
    synchronize()
    return clock() - begin


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--out', type=Path, help='JSON to write')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--batch', type=int, default=2)
    parser.add_argument('--side', type=int, default=512)
    args = parser.parse_args()
    torch.set_num_threads(1)
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    DefaultScope.get_instance('benchmark', scope_name='mmseg')
    images = batch(args.batch, args.side, device)
    three = networks(device)
    memory = {name: kept_mib(net, images) for name, net in three.items()}
    times: dict[str, list[float]] = {name: [] for name in three}
    for number in range(args.rounds + 1):
        for name, network in three.items():
            taken = seconds(network, images)
            if number:  # warm
                times[name].append(taken)
    stock = times.pop('stock')
    ratios = {
        name: [own / other for own, other in zip(of, stock, strict=True)]
        for name, of in times.items()
    }
    report = {
        **environment('onedl-mmsegmentation'),
        'config': BASE,
        'batch': args.batch,
        'side': args.side,
        'rounds': args.rounds,
        'seconds': {
            name: round(statistics.median(of), 2)
            for name, of in {'stock': stock, **times}.items()
        },
        'ratio': {
            name: round(statistics.median(of), 3)
            for name, of in ratios.items()
        },
        'ratios': {
            name: [round(ratio, 3) for ratio in of]
            for name, of in ratios.items()
        },
        'kept_mib': {k: round(v, 1) for k, v in memory.items()},
        'kept_ratio': {
            name: round(memory[name] / memory['stock'], 4) for name in ratios
        },
    }
    write(report, args.out)


if __name__ == '__main__':
    main()
