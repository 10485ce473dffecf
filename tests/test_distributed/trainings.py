"""Short trainings of the recipes on the digits, for several processes.

The server that the processes come from imports this module, and with it what
a training would import on its way (most of its time).
"""

from pathlib import Path
from unittest import mock

import matplotlib.backends.backend_agg
import matplotlib.pyplot  # noqa: F401
import numpy as np
import sklearn.datasets  # noqa: F401
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from torch.nn.modules.batchnorm import _BatchNorm

import mmlt.datasets
import mmlt.engine
import mmlt.evaluation
import mmlt.models  # noqa: F401
from mmlt.datasets import DigitsLT
from mmlt.runs.preflight import complete_config
from mmlt.runs.recipes import load_recipe

ROOT = Path(__file__).parents[2]
# laying out the text of the config takes most of the time
LAYOUT = 'yapf.yapflib.yapf_api.FormatCode'
GLOBAL_BATCH = 24
COUNTS = (12, 9, 7, 5, 4, 3, 3, 2, 2, 1)  # 48: two whole batches an epoch


class Float64Runner(Runner):
    """Trains in float64, without batch statistics.

    Batch normalization uses its running statistics, as in evaluation: those
    of a batch are of each process's own images, so that no number of
    processes can give the loss of another with them.
    """

    def build_model(self, model):
        """The model of the config, in float64."""
        model = super().build_model(model).double()
        for part in model.modules():
            if isinstance(part, _BatchNorm):
                part.eval()
                part.train = lambda mode=True, part=part: part
        model.register_forward_pre_hook(inputs_in_float64, with_kwargs=True)
        return model


def inputs_in_float64(model, args, kwargs):
    """Images as the weights are."""
    if args:
        return (args[0].double(), *args[1:]), kwargs
    return args, {**kwargs, 'inputs': kwargs['inputs'].double()}


def short_config(recipe: str, work_dir: str, world_size: int) -> Config:
    """Config of a recipe on a few digits, for one of several processes."""
    name, *overlays = recipe.split('+')
    cfg = load_recipe(ROOT / 'configs' / name, overlays)
    cfg.launcher = 'pytorch' if world_size > 1 else 'none'
    cfg.env_cfg.dist_cfg = dict(backend='gloo')
    cfg.work_dir = work_dir
    cfg.experiment_name = 'test'
    cfg.log_level = 'ERROR'
    cfg.param_scheduler = []
    cfg.train_cfg = dict(by_epoch=True, max_epochs=2, val_interval=2)
    cfg.train_dataloader.batch_size = GLOBAL_BATCH // world_size
    dataset = cfg.train_dataloader.dataset
    dataset.get('dataset', dataset).indices = rows_of_a_long_tail()
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.indices = 50
    for part in settings_of(cfg._cfg_dict):
        if part.get('begin', 0):
            part.begin = 1
        if part.get('type') == 'BatchMinorityCutMix':
            part.end = 0
    return complete_config(cfg)


def rows_of_a_long_tail() -> list[int]:
    """Rows of the digits' training set: of each class its first images."""
    labels = DigitsLT(split='train', pipeline=[]).get_gt_labels()
    return np.concatenate(
        [np.flatnonzero(labels == c)[:n] for c, n in enumerate(COUNTS)]
    ).tolist()


def settings_of(cfg):
    """All the dicts in a config."""
    if isinstance(cfg, dict):
        yield cfg
        cfg = list(cfg.values())
    if isinstance(cfg, (list, tuple)):
        for part in cfg:
            yield from settings_of(part)


def train(cfg: Config, kind: type[Runner] = Runner) -> dict:
    """Train as a config says; what this process has at the end."""
    with mock.patch(LAYOUT, lambda text, **_: (text, True)):
        runner = kind.from_cfg(cfg)
    before = [p.detach().clone() for p in trainable(runner.model)]
    runner.train()
    after = [p.detach().clone() for p in trainable(runner.model)]
    losses, _ = runner.message_hub.get_scalar('train/loss').data
    model = getattr(runner.model, 'module', runner.model)
    return dict(
        losses=torch.as_tensor(losses, dtype=torch.float64),
        state=model.state_dict(),
        moved=[
            not torch.equal(a, b) for a, b in zip(before, after, strict=True)
        ],
        counts={
            name: part.class_counts.tolist()
            for name, part in model.named_modules()
            if torch.is_tensor(getattr(part, 'class_counts', None))
        },
        hook=next(
            hook.class_counts.tolist()
            for hook in runner.hooks
            if type(hook).__name__ == 'LongTailHook'
        ),
        metrics={
            key: runner.message_hub.get_scalar(f'val/{key}').current()
            for key in ('accuracy/top1', 'shot/few', 'calibration/ece')
        },
    )


def trainable(model) -> list[torch.Tensor]:
    """Parameters that are trained."""
    return [p for p in model.parameters() if p.requires_grad]
