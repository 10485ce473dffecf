"""Write the tables of docs/cost.md from the recipes.

Parameters, operations and saved activations are counted on the recipe's own
network, without weights or data (torch's meta device); times follow from the
assumptions that are named below and on the page.
"""

import argparse
import dataclasses
import functools
import json
import logging
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import mmlt.models  # noqa: F401 (registers the parts)
from mmlt.cli.shell import errors_in_one_line
from mmlt.cli.training_cost import (
    all_reduce_bytes,
    model_state_bytes,
    step_seconds,
)
from mmlt.export.inference import input_size
from mmlt.report.table import between_marks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / 'docs' / 'cost.md'
BEGIN, END = '<!-- tables: begin -->', '<!-- tables: end -->'
METHODS = (
    'ce', 'fcc', 'vmf', 'bsce', 'lade', 'crt', 'lws', 'disalign', 'mislas',
    'sade', 'balpoe', 'ncl',
)  # fmt: skip
# training and validation images
IMAGES = {
    'imagenetlt': (115_846, 20_000),
    'placeslt': (62_500, 7_300),
    'inat18': (437_513, 24_426),
}
DEVICES = (1, 4, 8)
# assumed, not measured
PEAK = 312e12  # bfloat16 operations a second, dense, NVIDIA's A100 data sheet
UTILIZATION = (0.10, 0.25)  # part of the peak that a training reaches
BANDWIDTH = (10e9, 100e9)  # bytes a second that a device sends
COUNT_BATCH = 2  # of the counting alone: all counts are per image
MEASURED = ROOT / 'benchmarks' / 'results'


@dataclasses.dataclass
class Counts:
    """What one training image costs, and the size of the model."""

    parameters: int
    trained: int
    forward: float  # operations, 2 per multiply-add
    backward: float
    activations: float  # bytes kept for the backward pass, float32
    fixed: int  # bytes kept besides, whatever the batch


class SavedBytes(torch.autograd.graph.saved_tensors_hooks):
    """Counts the bytes that autograd keeps for the backward pass.

    A storage counts once, and parameters not at all.
    """

    def __init__(self, model: nn.Module) -> None:
        self.total = 0
        parts = [*model.parameters(), *model.buffers()]
        self._seen = {id_of(p): p for p in parts}
        super().__init__(self._pack, lambda tensor: tensor)

    def _pack(self, tensor: torch.Tensor) -> torch.Tensor:
        if id_of(tensor) not in self._seen:
            self._seen[id_of(tensor)] = tensor  # alive, so that ids stay
            self.total += tensor.untyped_storage().nbytes()
        return tensor


def id_of(tensor: torch.Tensor) -> int:
    """Number of a tensor's storage, on the meta device too."""
    return tensor.untyped_storage()._cdata


def convolution_backward(grad, images, weight, *args, **kwargs) -> int:
    """Operations of a convolution's backward pass, from shapes.

    torch 2.11's own count leaves the groups out of the weight's gradient,
    and so counts a ResNeXt 1.5-fold.
    """
    mask = args[-1] if args else kwargs['output_mask']
    each = 2 * grad[0] * math.prod(grad[2:]) * math.prod(weight)
    return each * (bool(mask[0]) + bool(mask[1]))


def counted_pass(
    model: nn.Module, run: Callable[[], torch.Tensor]
) -> tuple[float, float, int]:
    """Operations forward and backward, and bytes kept between.

    Args:
        model: In training mode.
        run: Its forward pass; returns one number.
    """
    backward = FlopCounterMode(
        display=False,
        custom_mapping={
            torch.ops.aten.convolution_backward: convolution_backward
        },
    )
    saved = SavedBytes(model)
    with FlopCounterMode(display=False) as forward, saved:
        value = run()
    if value.requires_grad:  # else all of it is frozen
        with backward:
            value.backward()
    return (
        forward.get_total_flops(),
        backward.get_total_flops(),
        saved.total,
    )


def count(config: Config) -> Counts:
    """Count the network of a recipe, per training image.

    The head is counted on the CPU: the bias of a vMF classifier cannot be
    computed without numbers. What it keeps whatever the batch, such as
    directions of all classes, is told from two sizes of batch.
    """
    size = input_size(config)
    shape = (size, size) if isinstance(size, int) else size
    settings = without_init(config.model.to_dict())
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(settings)
    backbone, head = model.backbone.to('meta'), model.head
    backbone.train()  # some of mmpretrain's return None
    head.train()
    for part in head.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts([10] * head.num_classes)
    images = torch.empty(COUNT_BATCH, 3, *shape, device='meta')
    network = counted_pass(backbone, lambda: last(backbone(images)).sum())
    learns = any(p.requires_grad for p in backbone.parameters())
    small, large = (
        counted_pass(head, head_loss(head, n, learns))
        for n in (COUNT_BATCH, 2 * COUNT_BATCH)
    )
    per_image = [
        (n + b - a) / COUNT_BATCH
        for n, a, b in zip(network, small, large, strict=True)
    ]
    parameters = [*backbone.parameters(), *head.parameters()]
    return Counts(
        sum(p.numel() for p in parameters),
        sum(p.numel() for p in parameters if p.requires_grad),
        *per_image,
        fixed=2 * small[2] - large[2],
    )


def head_loss(
    head: nn.Module, number: int, learns: bool
) -> Callable[[], torch.Tensor]:
    """The sum of a head's losses on random features.

    Args:
        head: In training mode.
        number: Of images.
        learns: Whether the network below wants a gradient.
    """
    dim = head.in_channels * getattr(head, 'num_experts', 1)
    features = torch.randn(number, dim, requires_grad=learns)
    samples = [DataSample().set_gt_label(0) for _ in range(number)]
    return lambda: sum(head.loss((features,), samples).values())


def without_init(settings: dict) -> dict:
    """Settings without pre-trained weights, which need not be there."""
    return {
        k: without_init(v) if isinstance(v, dict) else v
        for k, v in settings.items()
        if k != 'init_cfg'
    }


def moments(config: Config) -> int:
    """Numbers per parameter that the optimizer keeps."""
    optimizer = config.optim_wrapper.optimizer
    if optimizer.type.startswith('Adam'):
        return 2
    return 1 if optimizer.get('momentum') else 0


def last(output):
    """The last feature map of what a backbone returns."""
    return output if isinstance(output, torch.Tensor) else last(output[-1])


def recipes() -> list[Path]:
    """Recipes for the large data sets, of the methods that train one.

    Not the contrastive branch of NCL, whose slower networks are not counted.
    """
    return sorted(
        path
        for method in METHODS
        for path in (ROOT / 'configs' / method).glob('*.py')
        if data_of(path) is not None
        and Config.fromfile(path).train_cfg.max_epochs > 0
        and 'contrast' not in path.stem
    )


def data_of(path: Path) -> str | None:
    """Which of IMAGES a recipe trains on."""
    return next((d for d in IMAGES if re.search(rf'_{d}\b', path.stem)), None)


@functools.cache
def read(path: Path) -> tuple[Config, Counts]:
    """A recipe and its counts."""
    config = Config.fromfile(path)
    return config, count(config)


def name_of(path: Path) -> str:
    """A recipe as the tables call it."""
    return f'{path.parent.name}/{path.stem}'


def hours(path: Path, devices: int) -> tuple[float, float]:
    """Expected hours of a training, at the better and the worse assumption.

    The batch of all devices together is the recipe's; validation costs the
    forward pass.
    """
    config, counts = read(path)
    images, held = IMAGES[data_of(path)]
    batch = config.train_dataloader.batch_size
    epochs = config.train_cfg.max_epochs
    steps = images // batch * epochs
    checks = epochs // config.train_cfg.get('val_interval', 1)
    sent = all_reduce_bytes(4 * counts.trained, devices)
    result = []
    for which, part in enumerate(reversed(UTILIZATION)):
        speed = PEAK * part
        step = step_seconds(
            (counts.forward + counts.backward) * batch / devices,
            speed,
            sent,
            BANDWIDTH[1 - which],
            overlap=which == 0,
        )
        check = step_seconds(counts.forward * held / devices, speed)
        result.append((steps * step + checks * check) / 3600)
    return tuple(result)


def counted_row(path: Path) -> str:
    """Counts of one recipe, and what follows without assumptions."""
    config, counts = read(path)
    batch = config.train_dataloader.batch_size
    state = model_state_bytes(
        counts.parameters, counts.trained, moments(config)
    )
    state += counts.fixed
    memory = ' / '.join(
        f'{(state + counts.activations * batch / n) / 2**30:.1f}'
        for n in DEVICES
    )
    traffic = ' / '.join(
        f'{all_reduce_bytes(4 * counts.trained, n) / 1e6:.0f}' for n in DEVICES
    )
    return (
        f'| {name_of(path)} | {counts.parameters / 1e6:.3f} | '
        f'{counts.forward / 2e9:.3f} | '
        f'{(counts.forward + counts.backward) / 1e9:.2f} | {batch} | '
        f'{counts.activations / 2**20:.1f} | {memory} | {traffic} |'
    )


def hours_row(path: Path) -> str:
    """Assumed step times and hours of one recipe."""
    config, counts = read(path)
    batch = config.train_dataloader.batch_size
    operations = (counts.forward + counts.backward) * batch
    steps = [operations / (PEAK * u) for u in reversed(UTILIZATION)]
    cells = ['{:.2f} to {:.2f}'.format(*hours(path, n)) for n in DEVICES]
    return (
        f'| {name_of(path)} | {config.train_cfg.max_epochs} | '
        f'{steps[0] * 1e3:.0f} to {steps[1] * 1e3:.0f} | '
        f'{" | ".join(cells)} |'
    )


def measured_lines() -> list[str]:
    """What was measured on one device, beside its counts."""
    speed = json.loads((MEASURED / 'training_speed_cpu.json').read_text())
    rate = speed['images_per_second']['ours']['median']
    config = Config.fromfile(ROOT / 'configs/ce/resnet32_cifar10lt.py')
    counts = count(config)
    operations = counts.forward + counts.backward
    images, epochs = 12_406, config.train_cfg.max_epochs
    return [
        f'- {speed["machine"]}, {speed["threads"]} threads, float32: '
        f'{rate:.0f} training images a second of ResNet-32 on CIFAR '
        '(`benchmarks/training_speed.py`), at '
        f'{operations / 1e9:.3f} GFLOP an image '
        f'{rate * operations / 1e9:.0f} GFLOP/s; the 200 epochs of '
        'CIFAR-10-LT then take '
        f'{images * epochs / rate / 3600:.1f} hours.',
    ]


def tables() -> str:
    """All tables, in Markdown."""
    paths = recipes()
    return '\n'.join(
        [
            '### Counted',
            '',
            '| recipe | M parameters | GMAC forward | GFLOP a training image '
            '| batch | MiB activations an image | GiB a device, on 1 / 4 / 8 '
            '| MB sent a step and device, on 1 / 4 / 8 |',
            '|---|---|---|---|---|---|---|---|',
            *map(counted_row, paths),
            '',
            '### Expected (not measured)',
            '',
            '| recipe | epochs | ms a step of the whole batch on 1 GPU '
            '| hours, 1 GPU | 4 GPUs | 8 GPUs |',
            '|---|---|---|---|---|---|',
            *map(hours_row, paths),
            '',
            '### Measured on one device',
            '',
            *measured_lines(),
        ]
    )


def updated(text: str) -> str:
    """The page with the tables of today.

    Raises:
        ValueError: If the marks of the tables are missing.
    """
    between_marks(text, BEGIN, END, '')  # before a minute of work
    return between_marks(text, BEGIN, END, f'\n\n{tables()}\n\n')


def main() -> None:
    """Write or check the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Example: python tools/analysis_tools/cost_table.py',
    )
    parser.add_argument(
        '--check', action='store_true', help='write nothing; exit 1 if stale'
    )
    args = parser.parse_args()
    logging.disable(logging.INFO)  # of a hundred layers, initialized
    text = PAGE.read_text()
    with errors_in_one_line():
        new = updated(text)
    if args.check and new != text:
        sys.exit(
            'docs/cost.md is stale: run '
            'python tools/analysis_tools/cost_table.py'
        )
    if not args.check and new != text:
        PAGE.write_text(new)
        print('docs/cost.md: tables written')


if __name__ == '__main__':
    main()
