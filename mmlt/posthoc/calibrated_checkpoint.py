"""From a checkpoint to one whose classifier is calibrated by the overlap."""

import copy
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from torch import Tensor, nn

from mmlt.checkpoints import saved
from mmlt.fileio import whole_file
from mmlt.functional import percent
from mmlt.runs.checkpoint import check_checkpoint, load_model
from mmlt.runs.preflight import (
    complete_config,
)
from mmlt.runs.recipes import load_recipe
from mmlt.runs.splits import split_loader, unrepeated
from mmlt.structures import labels_of

from .overlap import Classifier, calibrate, choose_alpha, read_classifier

ALPHAS = [round(0.1 * i, 1) for i in range(11)]


@dataclass(frozen=True)
class OverlapSettings:
    """What is calibrated, how, and where it goes.

    Args:
        config: Of the training.
        checkpoint: Of the training.
        out: Beginning of the names of the two files that are written.
        alpha: Share of the learned concentration; None: it is chosen.
        alphas: Candidates to choose from.
        criterion: What the choice maximizes, 'accuracy' or 'nll'.
        fraction: Share of each class that is held out for the choice; not
            used where the config trains with ``HeldOutSplit``.
        seed: Of the held-out part.
        choose_on: 'train', a part of the training images; or 'val', the
            validation set of the config.
        bias_at: As :func:`~mmlt.posthoc.overlap.calibrate`.
        device: 'cpu' or 'cuda'; cuda where there is one for None.
        overlays: What is added to the recipe.
        cfg_options: Settings that override it.
        test_program: How a checkpoint is tested, for the message.
    """

    config: str
    checkpoint: str
    out: str
    alpha: float | None = None
    alphas: list[float] = field(default_factory=lambda: ALPHAS)
    criterion: str = 'accuracy'
    fraction: float = 0.2
    seed: int = 0
    choose_on: str = 'train'
    bias_at: str = 'published'
    device: str | None = None
    overlays: list[str] = field(default_factory=list)
    cfg_options: dict | None = None
    test_program: str = 'python tools/test.py'


def calibrate_checkpoint(
    settings: OverlapSettings, logger: logging.Logger
) -> dict:
    """Calibrate; the checks come before anything is loaded or written.

    Args:
        settings: What, how and where to.
        logger: Told what was chosen and written.

    Returns:
        What the files say of themselves.

    Raises:
        OSError: If a file is missing, or one that would be written exists.
        TypeError: If the head cannot be read as densities.
        ValueError: If alpha is out of range, or the checkpoint does not fit.
    """
    check_outputs(settings.out)
    given = settings.alpha
    check_alphas([given] if given is not None else settings.alphas)
    cfg = load_recipe(settings.config, settings.overlays, settings.cfg_options)
    check_checkpoint(settings.checkpoint)
    original = copy.deepcopy(cfg)
    init_default_scope(cfg.get('default_scope', 'mmpretrain'))
    complete_config(cfg)
    if cfg.model.get('head') is None:
        raise ValueError(
            'Expected the config to name a head, but its '
            f'{cfg.model.type} has none. There is nothing to calibrate.'
        )
    model, content = load_model(cfg, settings.checkpoint)
    old = read_classifier(model.head)
    alpha = given
    if alpha is None:
        alpha = chosen_alpha(settings, cfg, model, old, logger)
    new = calibrate(old, alpha, settings.bias_at)
    if alpha < 1 and torch.equal(new.kappa, old.kappa):
        logger.warning(
            'The calibration changes nothing: all concentrations, or all '
            'overlaps, are equal.'
        )
    facts = {
        'checkpoint': settings.checkpoint,
        'head': type(model.head).__name__,
        'alpha': alpha,
        'bias_at': settings.bias_at,
        **summary(old, 'before'),
        **summary(new, 'after'),
    }
    call = f'{settings.test_program} {settings.out}.py {settings.out}.pth'
    text = config_text(original, new, facts, call)
    weights = calibrated(model, content['meta'], new, facts)
    write_both(settings.out, weights, text)
    for key, value in facts.items():
        logger.info(f'{key}: {value}')
    out = settings.out
    logger.info(f'Wrote {out}.pth and {out}.py. Run: {call}')
    return facts


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
    """Check, before anything is loaded, that alpha is in [0, 1].

    Raises:
        ValueError: Naming it.
    """
    for alpha in alphas:
        if not 0 <= alpha <= 1:
            raise ValueError(
                'Expected `alpha` to be a number in [0, 1], but got '
                f'{alpha}. (1 keeps kappa, 0 takes the overlap alone.)'
            )


def held_out_loader(cfg: Config, fraction: float, seed: int):
    """Batches of the held-out part, preprocessed as for testing.

    Of the test set, the pipeline alone is used: no image of it is looked at.

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
    cfg = copy.deepcopy(cfg)
    dataset = unrepeated(cfg.train_dataloader.dataset)
    unseen = (
        dataset.get('type') == 'HeldOutSplit'
        and dataset.get('part', 'train') == 'train'
    )
    if not unseen:
        cfg.train_dataloader.dataset = dict(
            type='HeldOutSplit',
            dataset=dataset,
            fraction=fraction,
            seed=seed,
        )
    return Runner.build_dataloader(split_loader(cfg, 'held-out')), unseen


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
    settings: OverlapSettings,
    cfg: Config,
    model: nn.Module,
    classifier: Classifier,
    logger: logging.Logger,
) -> float:
    """Choose alpha on a held-out part of the training set, or on val."""
    if settings.choose_on == 'val':
        loader = Runner.build_dataloader(split_loader(cfg, 'val'))
        unseen, words = True, 'of the validation set'
    else:
        words = 'held out of the training set'
        loader, unseen = held_out_loader(cfg, settings.fraction, settings.seed)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    features, labels = features_of(model.to(settings.device or device), loader)
    alpha, values = choose_alpha(
        classifier,
        features,
        labels,
        settings.alphas,
        settings.bias_at,
        settings.criterion,
    )
    logger.info(
        f'{settings.criterion} (mean over classes) on {len(labels)} images '
        f'{words}: '
        + ', '.join(f'alpha {a:g}: {v:.4f}' for a, v in values.items())
    )
    if not unseen:
        logger.warning(
            'The classifier was trained on these images: they say less than '
            'unseen ones. Train with HeldOutSplit to hold them out of the '
            'training as well (configs/vmf/README.md), or take a validation '
            'set: --choose-on val.'
        )
    if len(set(values.values())) == 1 and len(values) > 1:
        logger.warning(
            'They tell no alpha from another: the largest is taken. Name '
            '--alpha, or try --criterion nll.'
        )
    return alpha


def config_text(cfg: Config, new: Classifier, facts: dict, call: str) -> str:
    """The config of the calibrated classifier, for testing."""
    old = cfg.model.head
    cfg.model.head = dict(
        type='CalibratedClsHead',
        num_classes=len(new.kappa),
        in_channels=new.mu.shape[1],
        normalize_features=new.normalize_features,
        **{k: old[k] for k in ('topk', 'cal_acc') if k in old},
    )
    cfg.load_from = None
    cfg.resume = False
    cfg.pop('work_dir', None)
    lines = ''.join(f'{key}: {value}\n' for key, value in facts.items())
    text = (
        f'"""Written by tools/calibrate_overlap.py, for testing.\n\n{lines}'
        f'Run: {call}\n"""\n'
    )
    return text + cfg.pretty_text


def calibrated(
    model: nn.Module, meta: dict, new: Classifier, facts: dict
) -> dict:
    """The checkpoint, with the calibrated classifier in the head's place."""
    weights = {
        key: value.cpu()
        for key, value in model.state_dict().items()
        if not key.startswith('head.')
    }
    for name in ('kappa', 'mu', 'bias'):
        weights[f'head.{name}'] = getattr(new, name).float()
    meta = dict(meta, overlap_calibration=facts)
    meta.pop('cfg', None)  # of the training
    return {'meta': meta, 'state_dict': weights}


def write_both(prefix: str, checkpoint: dict, text: str) -> None:
    """Write checkpoint and config: both, or none.

    Raises:
        FileExistsError: If one of them is there by now.
        NoRoomError: If the disk is full.
    """
    paths = check_outputs(prefix)
    try:
        with whole_file(paths[0]) as weights, whole_file(paths[1]) as config:
            weights.write_bytes(saved(checkpoint))
            config.write_text(text)
    except OSError:
        for path in paths:  # neither was there before
            path.unlink(missing_ok=True)
        raise


def summary(classifier: Classifier, when: str) -> dict[str, float]:
    """Mean overlap (other classes, percent) and range of kappa."""
    overlap, size = classifier.overlap(), len(classifier.kappa)
    others = (overlap.mean().item() * size - 1) / max(size - 1, 1)
    return {
        f'mean_overlap_{when}': round(percent(others), 4),
        f'kappa_{when}': f'{classifier.kappa.min():.5g} to '
        f'{classifier.kappa.max():.5g}',
    }
