"""Weigh the experts of a trained network for the test images, without labels.

python tools/aggregate_experts.py CONFIG CHECKPOINT learns one weight per
expert on the unlabelled images of the test set, and tests before and after.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator

import torch
from mmengine.config import Config, DictAction
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import Tensor

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
from mmlt.posthoc.expert_weights import learn_expert_weights
from mmlt.runs.checkpoint import check_checkpoint
from mmlt.runs.preflight import (
    check_config,
    check_work_dir,
    complete_config,
    default_work_dir,
)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Learn one weight per expert from unlabelled test images '
        '(SADE): two random views of an image should be predicted alike. '
        'Labels are read for the accuracy alone.',
        epilog='Example: python tools/aggregate_experts.py '
        'configs/sade/resnet20_digitslt.py '
        'work_dirs/sade/resnet20_digitslt/epoch_40.pth',
    )
    parser.add_argument('config', help='config of the training')
    parser.add_argument('checkpoint', help='checkpoint of the training')
    parser.add_argument('--work-dir', help='folder for the log')
    parser.add_argument(
        '--imbalance-ratio',
        type=float,
        help='test on a long-tailed part of the test set, class 0 the '
        'largest (default: on the whole)',
    )
    parser.add_argument(
        '--epochs', type=int, default=5, help='passes over the images (5)'
    )
    parser.add_argument(
        '--lr', type=float, default=0.1, help='learning rate (0.1)'
    )
    parser.add_argument(
        '--batch-size', type=int, default=128, help='of the learning (128)'
    )
    parser.add_argument('--out', help='.json file for weights and metrics')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='settings that override the config, key=value',
    )
    return parser.parse_args()


def prepare(args: argparse.Namespace) -> Config:
    """Config of the test, checked before anything is written."""
    check_config(args.config)
    check_checkpoint(args.checkpoint)
    cfg = Config.fromfile(args.config)
    if args.cfg_options is not None:
        cfg.merge_from_dict(args.cfg_options)
    cfg.load_from, cfg.resume = args.checkpoint, False
    cfg.work_dir = args.work_dir or default_work_dir(args.config)
    cfg.experiment_name = 'aggregate_experts'
    if args.imbalance_ratio is not None:
        cfg.test_dataloader.dataset = dict(
            type='LongTailedSubset',
            dataset=cfg.test_dataloader.dataset,
            imbalance_ratio=args.imbalance_ratio,
        )
    check_work_dir(cfg.work_dir)
    if args.out:
        check_work_dir(os.path.dirname(args.out) or '.')
    return complete_config(cfg)


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


def run(args: argparse.Namespace) -> dict:
    """Test, learn the weights, test again."""
    cfg = prepare(args)
    runner = Runner.from_cfg(cfg)
    head = runner.model.head
    if not hasattr(head, 'expert_logits') or head.num_experts < 2:
        raise ValueError(
            'Expected a network of several experts (SADEClsHead, NCLClsHead, '
            f'MultiExpertClsHead), but its head is {type(head).__name__}.'
        )
    if head.expert is not None:
        raise ValueError(
            'Expected all experts to predict, but the config has '
            f'`model.head.expert={head.expert}`. Leave it out.'
        )
    head.expert_weights.fill_(1 / head.num_experts)
    before = runner.test()
    loader_cfg = dict(cfg.test_dataloader, batch_size=args.batch_size)
    loader_cfg['sampler'] = dict(type='DefaultSampler', shuffle=True)
    loader = runner.build_dataloader(loader_cfg)
    epochs = iter(range(args.epochs))
    history = learn_expert_weights(
        lambda: expert_views(runner, loader, next(epochs)),
        head.num_experts,
        epochs=args.epochs,
        lr=args.lr,
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
    if args.out:
        with open(args.out, 'w') as file:
            json.dump(facts, file, indent=1)
    return facts


def main() -> None:
    """Run the aggregation."""
    try:
        run(parse_args())
    except (OSError, TypeError, ValueError) as error:
        sys.exit(f'error: {error}')


if __name__ == '__main__':
    os.environ.setdefault('LOCAL_RANK', '0')
    main()
