"""Calibrate a trained classifier by the overlap of its classes.

python tools/calibrate_overlap.py CONFIG CHECKPOINT --out PREFIX writes
PREFIX.pth and PREFIX.py, for tools/test.py. Nothing is overwritten.
"""

import argparse
import copy
import logging
import os
import sys
from pathlib import Path

import torch
from mmengine.config import Config, DictAction
from mmengine.logging import MMLogger
from mmengine.registry import MODELS, init_default_scope
from mmengine.runner import Runner
from mmengine.runner.checkpoint import load_state_dict
from torch import Tensor, nn

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
from mmlt.posthoc.overlap import (
    BIAS_AT,
    CRITERIA,
    Classifier,
    calibrate,
    choose_alpha,
    read_classifier,
)
from mmlt.runs.preflight import (
    check_checkpoint,
    check_config,
    complete_config,
)
from mmlt.runs.splits import pipeline_of, with_pipeline
from mmlt.structures import labels_of

ALPHAS = [round(0.1 * i, 1) for i in range(11)]


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Calibrate a trained classifier by the overlap of its '
        "classes: kappa' = kappa^alpha o^(1-alpha). Without --alpha it is "
        'chosen on a part of the training set, never on the test set.',
        epilog='Example: python tools/calibrate_overlap.py '
        'configs/vmf/resnet20_digitslt.py '
        'work_dirs/vmf/resnet20_digitslt/epoch_40.pth '
        '--out work_dirs/vmf/resnet20_digitslt/calibrated',
    )
    parser.add_argument('config', help='config of the training')
    parser.add_argument('checkpoint', help='checkpoint of the training')
    parser.add_argument(
        '--out',
        required=True,
        metavar='PREFIX',
        help='writes PREFIX.pth and PREFIX.py',
    )
    parser.add_argument(
        '--alpha',
        type=float,
        help='share of the learned concentration, in [0, 1]; 1 changes '
        'nothing (default: chosen)',
    )
    parser.add_argument(
        '--alphas',
        type=float,
        nargs='+',
        default=ALPHAS,
        help='candidates to choose from (default: 0, 0.1, ..., 1)',
    )
    parser.add_argument(
        '--criterion',
        choices=CRITERIA,
        default='accuracy',
        help='what the choice maximises on the held-out part, as a mean over '
        'classes: accuracy (default), or the log-likelihood',
    )
    parser.add_argument(
        '--fraction',
        type=float,
        default=0.2,
        help='share of each class that is held out (default: 0.2); not used '
        'where the config trains with HeldOutSplit',
    )
    parser.add_argument(
        '--seed', type=int, default=0, help='seed of the held-out part'
    )
    parser.add_argument(
        '--bias-at',
        choices=BIAS_AT,
        default='published',
        help='where the bias b of a vMF classifier is computed: at the '
        'trained kappa, as in the published code (default), or at the '
        'calibrated one',
    )
    parser.add_argument(
        '--device', help='cpu or cuda (default: cuda where there is one)'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='settings that override the config, key=value',
    )
    return parser.parse_args()


def check_outputs(prefix: str) -> tuple[Path, Path]:
    """Paths that will be written; refuse those that exist.

    Raises:
        FileExistsError: If one of them does.
        IsADirectoryError: If the prefix is a folder.
    """
    if prefix.endswith(os.sep) or Path(prefix).is_dir():
        raise IsADirectoryError(
            f'Expected --out to be the beginning of two file names, but '
            f'{prefix} is a folder. Pass {os.path.join(prefix, "calibrated")}.'
        )
    paths = Path(f'{prefix}.pth'), Path(f'{prefix}.py')
    for path in paths:
        if path.exists():
            raise FileExistsError(
                f'Expected {path} not to exist: nothing is overwritten. '
                'Choose another --out, or remove it.'
            )
    return paths


def check_alphas(alphas: list[float]) -> None:
    """Refuse an alpha outside [0, 1], before anything is loaded.

    Raises:
        ValueError: Naming it.
    """
    for alpha in alphas:
        if not 0 <= alpha <= 1:
            raise ValueError(
                'Expected `alpha` to be a number in [0, 1], but got '
                f'{alpha}. (1 keeps kappa, 0 takes the overlap alone.)'
            )


def load_model(cfg: Config, path: str) -> tuple[nn.Module, dict]:
    """Build the model and load the checkpoint.

    Returns:
        The model, in evaluation mode, and the checkpoint, its ``state_dict``
        without prefixes of wrappers.

    Raises:
        ValueError: If the checkpoint does not hold the classifier.
    """
    model_cfg = copy.deepcopy(cfg.model)
    if cfg.get('data_preprocessor') is not None:
        model_cfg.setdefault('data_preprocessor', cfg.data_preprocessor)
    model = MODELS.build(model_cfg)
    checkpoint = torch.load(path, map_location='cpu', weights_only=False)
    weights = {
        key.removeprefix('module.'): value
        for key, value in checkpoint.get('state_dict', checkpoint).items()
    }
    check_classifier(model, weights, path)
    load_state_dict(model, weights, strict=False, logger='current')
    checkpoint = {
        'meta': checkpoint.get('meta', {}),
        'state_dict': weights,
    }
    return model.eval(), checkpoint


def check_classifier(model: nn.Module, weights: dict, path: str) -> None:
    """Refuse a checkpoint without the classifier that the config names.

    Raises:
        ValueError: Naming the parameter.
    """
    head = getattr(model, 'head', None)
    if head is None:
        raise ValueError(
            f'Expected the config to name a head, but its '
            f'{type(model).__name__} has none. There is nothing to calibrate.'
        )
    for name, parameter in head.named_parameters(prefix='head'):
        if name not in weights:
            found = sorted(key for key in weights if key.startswith('head.'))
            raise ValueError(
                f'Expected {path} to hold the classifier of the config '
                f'({type(head).__name__}: {name}), but it has '
                f'{", ".join(found) or "no head"}. Is it the checkpoint of '
                'another config?'
            )
        if weights[name].shape != parameter.shape:
            raise ValueError(
                f'Expected {name} of {path} to have the shape '
                f'{tuple(parameter.shape)} of the config, but got '
                f'{tuple(weights[name].shape)}. Is it the checkpoint of '
                'another config?'
            )


def held_out_loader(cfg: Config, fraction: float, seed: int):
    """Batches of the held-out part, preprocessed as for testing.

    Returns:
        The loader, and whether the part was held out of the training too.

    Raises:
        ValueError: If the config has no training set.
    """
    if cfg.get('train_dataloader') is None:
        raise ValueError(
            'Expected the config to have a train_dataloader, to choose alpha '
            'on a part of its data, but it has none. Name --alpha.'
        )
    dataset = cfg.train_dataloader.dataset
    unseen = (
        dataset.get('type') == 'HeldOutSplit'
        and dataset.get('part', 'train') == 'train'
    )
    if unseen:
        dataset = copy.deepcopy(dataset)
    else:
        dataset = dict(
            type='HeldOutSplit',
            dataset=dataset,
            fraction=fraction,
            seed=seed,
        )
    dataset['part'] = 'held_out'
    # of the test set, the pipeline alone: no image of it is looked at
    loader = copy.deepcopy(cfg.test_dataloader)
    pipeline = pipeline_of(loader.pop('dataset'))
    loader.dataset = with_pipeline(dataset, pipeline)
    loader.sampler = dict(type='DefaultSampler', shuffle=False)
    loader.drop_last = False
    return Runner.build_dataloader(loader), unseen


@torch.no_grad()
def features_of(model: nn.Module, loader) -> tuple[Tensor, Tensor]:
    """(N, D) features before the head, and (N,) labels, on the CPU."""
    features, labels = [], []
    for batch in loader:
        data = model.data_preprocessor(batch, training=False)
        feats = model.extract_feat(data['inputs'], stage='pre_logits')
        features.append(feats.double().cpu())
        labels.append(labels_of(data['data_samples']).cpu())
    return torch.cat(features), torch.cat(labels)


def chosen_alpha(
    args: argparse.Namespace,
    cfg: Config,
    model: nn.Module,
    classifier: Classifier,
    logger: logging.Logger,
) -> float:
    """Choose alpha on a held-out part of the training set."""
    loader, unseen = held_out_loader(cfg, args.fraction, args.seed)
    device = args.device or ('cuda' if torch.cuda.is_available() else 'cpu')
    features, labels = features_of(model.to(device), loader)
    alpha, values = choose_alpha(
        classifier,
        features,
        labels,
        args.alphas,
        args.bias_at,
        args.criterion,
    )
    logger.info(
        f'{args.criterion} (mean over classes) on {len(labels)} images held '
        'out of the training set: '
        + ', '.join(f'alpha {a:g}: {v:.4f}' for a, v in values.items())
    )
    if not unseen:
        logger.warning(
            'The classifier was trained on these images: they say less than '
            'unseen ones. Train with HeldOutSplit to hold them out of the '
            'training as well (configs/vmf/README.md).'
        )
    if len(set(values.values())) == 1 and len(values) > 1:
        logger.warning(
            'They tell no alpha from another: the largest is taken. Name '
            '--alpha, or try --criterion nll.'
        )
    return alpha


def calibrated_head(old: dict, new: Classifier) -> dict:
    """Config of the head that is written."""
    cfg = dict(
        type='CalibratedClsHead',
        num_classes=len(new.kappa),
        in_channels=new.mu.shape[1],
        normalize_features=new.normalize_features,
    )
    return cfg | {k: old[k] for k in ('topk', 'cal_acc') if k in old}


def with_classifier(state_dict: dict, new: Classifier) -> dict:
    """Weights with the calibrated classifier in the head's place."""
    weights = {
        key: value
        for key, value in state_dict.items()
        if not key.startswith('head.')
    }
    for name in ('kappa', 'mu', 'bias'):
        weights[f'head.{name}'] = getattr(new, name).float()
    return weights


def write(
    args: argparse.Namespace,
    cfg: Config,
    checkpoint: dict,
    new: Classifier,
    facts: dict,
) -> None:
    """Write the checkpoint and the config; both are new files."""
    weights_path, config_path = check_outputs(args.out)
    cfg.model.head = calibrated_head(cfg.model.head, new)
    cfg.load_from = None
    cfg.resume = False
    cfg.pop('work_dir', None)
    meta = dict(checkpoint['meta'], overlap_calibration=facts)
    meta.pop('cfg', None)  # of the training
    weights_path.parent.mkdir(parents=True, exist_ok=True)
    with open(weights_path, 'xb') as file:
        torch.save(
            {
                'meta': meta,
                'state_dict': with_classifier(checkpoint['state_dict'], new),
            },
            file,
        )
    lines = ''.join(f'{key}: {value}\n' for key, value in facts.items())
    text = (
        f'"""Written by tools/calibrate_overlap.py, for testing.\n\n{lines}'
        f'Run: python tools/test.py {config_path} {weights_path}\n"""\n'
    )
    with open(config_path, 'x') as file:
        file.write(text + cfg.pretty_text)


def run(args: argparse.Namespace, logger: logging.Logger) -> dict:
    """Calibrate; the checks come before anything is loaded or written."""
    check_outputs(args.out)
    check_alphas([args.alpha] if args.alpha is not None else args.alphas)
    check_config(args.config)
    check_checkpoint(args.checkpoint)
    cfg = Config.fromfile(args.config)
    if args.cfg_options is not None:
        cfg.merge_from_dict(args.cfg_options)
    original = copy.deepcopy(cfg)
    init_default_scope(cfg.get('default_scope', 'mmpretrain'))
    complete_config(cfg)
    model, checkpoint = load_model(cfg, args.checkpoint)
    head = model.head
    old = read_classifier(head)
    alpha = args.alpha
    if alpha is None:
        alpha = chosen_alpha(args, cfg, model, old, logger)
    new = calibrate(old, alpha, args.bias_at)
    if alpha < 1 and torch.equal(new.kappa, old.kappa):
        logger.warning(
            'The calibration changes nothing: all concentrations, or all '
            'overlaps, are equal.'
        )
    facts = {
        'checkpoint': args.checkpoint,
        'head': type(head).__name__,
        'alpha': alpha,
        'bias_at': args.bias_at,
        **summary(old, 'before'),
        **summary(new, 'after'),
    }
    write(args, original, checkpoint, new, facts)
    for key, value in facts.items():
        logger.info(f'{key}: {value}')
    logger.info(
        f'Wrote {args.out}.pth and {args.out}.py. Run: python tools/test.py '
        f'{args.out}.py {args.out}.pth'
    )
    return facts


def summary(classifier: Classifier, when: str) -> dict[str, float]:
    """Mean overlap (other classes, percent) and range of kappa."""
    overlap, size = classifier.overlap(), len(classifier.kappa)
    others = 100 * (overlap.mean().item() * size - 1) / max(size - 1, 1)
    return {
        f'mean_overlap_{when}': round(others, 4),
        f'kappa_{when}': f'{classifier.kappa.min():.5g} to '
        f'{classifier.kappa.max():.5g}',
    }


def main() -> None:
    """Run the calibration."""
    args = parse_args()
    logger = MMLogger.get_instance('calibrate_overlap')
    try:
        run(args, logger)
    except (OSError, TypeError, ValueError) as error:
        sys.exit(f'error: {error}')


if __name__ == '__main__':
    os.environ.setdefault('LOCAL_RANK', '0')
    main()
