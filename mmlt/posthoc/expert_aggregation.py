"""Test, weigh the experts on unlabeled test images, test again."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import Tensor, nn

from mmlt.fileio import write_json
from mmlt.functional import learn_expert_weights
from mmlt.runs.checkpoint import read_checkpoint
from mmlt.runs.counts_of_config import CountsOfConfigHook
from mmlt.runs.preflight import check_work_dir
from mmlt.runs.runner import build_runner
from mmlt.runs.testing import prepare_test


@dataclass(frozen=True)
class AggregationSettings:
    """What is weighed, and how the weights are learned.

    Args:
        config: Of the training.
        checkpoint: Of the training.
        work_dir: Folder of the log; None: one of the recipe's name.
        imbalance_ratio: Test on a long-tailed part of the test set, the
            class with the most training images the largest; None: on the
            whole.
        epochs: Passes over the images.
        lr: Learning rate.
        batch_size: Of the learning.
        out: File for weights and metrics, or None.
        overlays: What is added to the recipe.
        cfg_options: Settings that override it.
    """

    config: str
    checkpoint: str
    work_dir: str | None = None
    imbalance_ratio: float | None = None
    epochs: int = 5
    lr: float = 0.1
    batch_size: int = 128
    out: str | None = None
    overlays: list[str] = field(default_factory=list)
    cfg_options: dict | None = None


def prepare_aggregation(settings: AggregationSettings) -> Config:
    """Config of the test, checked before anything is written.

    Raises:
        FileNotFoundError: If the recipe or the checkpoint is missing.
        ValueError: If the checkpoint is damaged.
        OSError: If a folder cannot be written.
    """
    cfg = prepare_test(
        settings.config,
        settings.checkpoint,
        settings.overlays,
        settings.cfg_options,
        settings.work_dir,
    )
    cfg.experiment_name = 'aggregate_experts'
    if settings.imbalance_ratio is not None:
        cfg.test_dataloader.dataset = dict(
            type='LongTailedSubset',
            dataset=cfg.test_dataloader.dataset,
            imbalance_ratio=settings.imbalance_ratio,
            order='frequency',
            ranked_by=training_images(settings.checkpoint),
        )
    if settings.out:
        check_work_dir(os.path.dirname(settings.out) or '.')
    return cfg


def training_images(checkpoint: str) -> list[int]:
    """Training images per class, as a checkpoint says.

    Raises:
        ValueError: If it does not.
    """
    counts = read_checkpoint(checkpoint).get('meta', {}).get('class_counts')
    if counts is None:
        raise ValueError(
            'Expected the checkpoint to say the training images per class, '
            f'which rank the classes, but {checkpoint} does not. Leave '
            '--imbalance-ratio out, or train with `LongTailHook` in '
            '`custom_hooks`.'
        )
    return list(counts)


def expert_views(
    runner: Runner, loader, epoch: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """The experts' logits for two views, as training makes them."""
    model = runner.model.eval()
    preprocessor = model.data_preprocessor
    for part in preprocessor.modules():
        if hasattr(part, 'set_progress'):
            part.set_progress(epoch, epoch + 1)
    loader.sampler.set_epoch(epoch)
    for batch in loader:
        with torch.no_grad():
            logits = []
            for _ in range(2):
                data = preprocessor(dict(batch), training=True)
                feats = model.extract_feat(data['inputs'])
                logits.append(model.head.expert_logits(feats))
        yield tuple(logits)


def check_experts(head: nn.Module) -> None:
    """Check that the experts of a head can be weighed.

    Raises:
        ValueError: If there are fewer than two, or one alone predicts.
    """
    if not hasattr(head, 'expert_logits') or head.num_experts < 2:
        raise ValueError(
            'Expected a network of several experts (SADEClsHead, NCLClsHead, '
            f'MultiExpertClsHead), but its head is {type(head).__name__}. '
            'Name a run of SADE or NCL.'
        )
    if head.expert is not None:
        raise ValueError(
            'Expected all experts to predict, but the config has '
            f'`model.head.expert={head.expert}`. Leave it out.'
        )


def aggregate_experts(settings: AggregationSettings) -> dict:
    """Test with equal weights, learn the weights, and test with them.

    Returns:
        'weights', at first and after each epoch; the metrics 'before' and
        'after'.

    Raises:
        ValueError: If the network does not have several experts.
    """
    cfg = prepare_aggregation(settings)
    runner = build_runner(cfg, of_run=False)
    runner.register_hook(CountsOfConfigHook())
    head = runner.model.head
    check_experts(head)
    head.expert_weights.fill_(1 / head.num_experts)
    before = runner.test()
    loader_cfg = dict(cfg.test_dataloader, batch_size=settings.batch_size)
    loader_cfg['sampler'] = dict(type='DefaultSampler', shuffle=True)
    loader = runner.build_dataloader(loader_cfg)
    epochs = iter(range(settings.epochs))
    history = learn_expert_weights(
        lambda: expert_views(runner, loader, next(epochs)),
        head.num_experts,
        epochs=settings.epochs,
        lr=settings.lr,
    )
    print_log(
        f'The weights were learned on the {len(loader.dataset)} images of the '
        'test, without their labels: say so beside the result.',
        logger='current',
    )
    head.expert_weights.copy_(history[-1])
    after = runner.test()
    for epoch, weights in enumerate(history):
        text = ', '.join(f'{w:.4f}' for w in weights.tolist())
        print_log(f'Weights after epoch {epoch}: {text}', logger='current')
    for key in before:
        print_log(
            f'{key}: {before[key]:.4f} with equal weights, {after[key]:.4f} '
            'with the learned ones',
            logger='current',
        )
    facts = dict(
        weights=[w.tolist() for w in history], before=before, after=after
    )
    if settings.out:
        write_json(settings.out, facts)
    return facts
