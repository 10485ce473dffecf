"""Train the same recipe with stock settings and with ours, several seeds.

    python benchmarks/accuracy.py [--recipe FILE] [--seeds 0 1 2] [--out FILE]

The question is whether what makes training faster costs accuracy. Settings:

- stock: mmpretrain's own parts (see _stock.py), float32;
- ours: whole batches, channels-last, fused SGD, float32;
- bfloat16: ours with bfloat16 autocast where the device computes in it, and
  elsewhere in float32 with every convolution, linear layer, batch norm and
  sum rounded to bfloat16, forward and backward (the same roundings, but for
  the order of the sums).

The number is the top-1 accuracy of the last epoch, in percent.
"""

import argparse
import statistics
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.nn.functional as F
from _common import environment, write
from _stock import as_stock
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from mmpretrain.registry import HOOKS, OPTIM_WRAPPERS
from torch.overrides import TorchFunctionMode

import mmlt.models  # noqa: F401
from mmlt.engine.optim_wrappers import AutocastOptimWrapper
from mmlt.engine.optim_wrappers.autocast_optim_wrapper import (
    computes_bfloat16,
)
from mmlt.runs.preflight import complete_config

ROOT = Path(__file__).resolve().parents[1]
DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'
ROUNDED_INPUTS = {torch.conv2d, F.conv2d, F.linear}
ROUNDED = ROUNDED_INPUTS | {
    F.batch_norm,
    torch.Tensor.add,
    torch.Tensor.add_,
    torch.add,
}


def rounded(value):
    """Nearest bfloat16 of a float32 tensor, and of its gradient."""
    if isinstance(value, torch.Tensor) and value.dtype == torch.float32:
        return value.bfloat16().float()
    return value


class Rounding(TorchFunctionMode):
    """Round what autocast would compute in bfloat16."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func in ROUNDED_INPUTS:
            args = [rounded(x) for x in args]
        out = func(*args, **(kwargs or {}))
        return rounded(out) if func in ROUNDED else out


@OPTIM_WRAPPERS.register_module()
class RoundingOptimWrapper(OptimWrapper):
    """float32 arithmetic, rounded to bfloat16 in forward and backward."""

    @contextmanager
    def optim_context(self, model):
        """Context of the forward pass."""
        with super().optim_context(model), Rounding():
            yield


@HOOKS.register_module()
class LastResult(Hook):
    """Keep the metrics of the last evaluation."""

    def after_val_epoch(self, runner, metrics=None):
        """Keep them."""
        self.metrics = metrics


def config(args, setting: str, seed: int, work_dir: str) -> Config:
    """The recipe in one of the settings."""
    cfg = Config.fromfile(args.recipe)
    if args.epochs:
        cfg.param_scheduler = [
            dict(type='LinearLR', start_factor=0.1, end=1),
            dict(type='MultiStepLR', milestones=[args.epochs - 1], gamma=0.1),
        ]
        cfg.train_cfg.max_epochs = args.epochs
    cfg.train_cfg.val_interval = cfg.train_cfg.max_epochs
    if args.data_root:
        for name in ('train_dataloader', 'val_dataloader'):
            cfg[name].dataset.data_root = args.data_root
    if setting == 'stock':
        cfg = as_stock(cfg)
    else:
        cfg.val_evaluator.metrics = [dict(type='Accuracy')]
        wrapper = cfg.optim_wrapper
        wrapper.pop('dtype', None)
        wrapper.type = 'OptimWrapper'
        if setting == 'bfloat16':
            wrapper.type = (
                AutocastOptimWrapper
                if computes_bfloat16(DEVICE)
                else RoundingOptimWrapper
            )
    cfg.test_dataloader = cfg.test_cfg = cfg.test_evaluator = None
    cfg.default_hooks.checkpoint = None
    cfg.custom_hooks = [*cfg.custom_hooks, dict(type='LastResult')]
    cfg.randomness = dict(seed=seed)
    cfg.work_dir, cfg.log_level = work_dir, 'WARNING'
    cfg.experiment_name = f'{setting}{seed}'
    return complete_config(cfg)


def accuracy(cfg: Config) -> float:
    """Train, and return the top-1 accuracy of the last epoch."""
    runner = Runner.from_cfg(cfg)
    runner.train()
    last = next(h for h in runner.hooks if isinstance(h, LastResult))
    return last.metrics['accuracy/top1']


def main():
    """Run the seeds, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = ROOT / 'configs/ce/resnet20_digitslt.py'
    parser.add_argument('--recipe', type=Path, default=default)
    parser.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    parser.add_argument(
        '--epochs', type=int, help='a short schedule: warm-up, one drop'
    )
    parser.add_argument('--data-root')
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument(
        '--settings', nargs='+', default=['stock', 'ours', 'bfloat16']
    )
    parser.add_argument('--out', type=Path)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    top1 = {setting: [] for setting in args.settings}
    start = time.time()
    with tempfile.TemporaryDirectory() as work_dir:
        for seed in args.seeds:
            for setting in args.settings:
                cfg = config(args, setting, seed, work_dir)
                top1[setting].append(round(accuracy(cfg), 2))
                print(seed, setting, top1[setting][-1], flush=True)
    result = {
        **environment(),
        'recipe': str(args.recipe.resolve().relative_to(ROOT)),
        'epochs': args.epochs or 'those of the recipe',
        'seeds': args.seeds,
        'minutes': round((time.time() - start) / 60, 1),
        'bfloat16_is': 'autocast'
        if computes_bfloat16(DEVICE)
        else 'rounding in float32',
        'top1': top1,
        'mean': {k: round(statistics.mean(v), 2) for k, v in top1.items()},
    }
    if len(args.seeds) > 1:
        result['standard_deviation'] = {
            k: round(statistics.stdev(v), 2) for k, v in top1.items()
        }
    write(result, args.out)


if __name__ == '__main__':
    main()
