"""Predictions of a trained network on a split, with what belongs to them."""

import copy
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from mmengine.runner import Runner
from mmengine.runner.checkpoint import load_state_dict
from mmpretrain.models import CrossEntropyLoss, LabelSmoothLoss
from torch import Tensor, nn

from mmlt import __version__
from mmlt.datasets.counting import class_counts_of
from mmlt.functional import mean_overlaps
from mmlt.models import FCCNeck
from mmlt.models.heads.reading import head_bias, head_to_vmf
from mmlt.structures import Predictions, labels_of

from .preflight import complete_config, read_checkpoint
from .splits import split_loader

Progress = Callable[[Iterable], Iterable]


def find_run(work_dir: str | Path) -> tuple[Path, Path]:
    """Config and last checkpoint of a work directory.

    Args:
        work_dir: Folder of a training, moved or not.

    Returns:
        Path of the config and of the checkpoint.

    Raises:
        FileNotFoundError: If one of them is not there.
        ValueError: If there are several configs.
    """
    folder = Path(work_dir)
    if not folder.is_dir():
        raise FileNotFoundError(
            f'Expected the work directory of a training, but {work_dir} is '
            'not a folder.'
        )
    configs = sorted(folder.glob('*.py'))
    if len(configs) > 1:
        raise ValueError(
            f'Expected one config in {work_dir}, but got '
            f'{", ".join(path.name for path in configs)}. Name config and '
            'checkpoint instead.'
        )
    last = folder / 'last_checkpoint'
    for found, what in ((configs, 'config'), (last.is_file(), 'checkpoint')):
        if not found:
            raise FileNotFoundError(
                f'Expected {work_dir} to hold a config and '
                '`last_checkpoint`, as tools/train.py leaves them, but there '
                f'is no {what}. Is it the folder of a run, and past its '
                'first epoch? (dump_predictions.py also takes config and '
                'checkpoint by name.)'
            )
    # by name: the folder may have been moved since
    checkpoint = folder / Path(last.read_text().strip()).name
    if not checkpoint.is_file():
        raise FileNotFoundError(
            f'Expected the checkpoint {checkpoint}, which `last_checkpoint` '
            'names, but it does not exist. Put it there, or train again.'
        )
    return configs[0], checkpoint


def predict_split(
    cfg: Config,
    checkpoint: str | Path,
    split: str,
    with_features: bool = False,
    device: str | None = None,
    progress: Progress = iter,
) -> Predictions:
    """Run a trained network over one split, with the pipeline of the test.

    Args:
        cfg: Config of the training.
        checkpoint: Its checkpoint.
        split: 'train', 'held-out', 'val' or 'test'.
        with_features: Whether the features before the head are kept.
        device: 'cpu' or 'cuda'; cuda where there is one for None.
        progress: Wraps the loader, to show how far it is.

    Returns:
        The predictions, on the CPU.

    Raises:
        ValueError: If the config has no such split, or the checkpoint is of
            another network.
    """
    text = cfg.pretty_text
    cfg = copy.deepcopy(cfg)
    init_default_scope(cfg.get('default_scope', 'mmpretrain'))
    loader_cfg = split_loader(cfg, split)
    cfg.test_dataloader = loader_cfg
    complete_config(cfg)
    model, meta = load_network(cfg, checkpoint)
    loader = Runner.build_dataloader(cfg.test_dataloader)
    device = device or ('cuda' if torch.cuda.is_available() else 'cpu')
    columns = _run(model.to(device), loader, with_features, progress)
    counts = meta.get('class_counts')
    if counts is None:
        train = Runner.build_dataloader(split_loader(cfg, 'train')).dataset
        counts = class_counts_of(train)
    return Predictions(
        **columns,
        class_counts=torch.as_tensor(counts).long(),
        **facts_of_the_head(model.cpu()),
        meta={
            'split': split,
            'config': str(cfg.filename),
            'config_hash': hashlib.sha256(text.encode()).hexdigest()[:16],
            'checkpoint': str(checkpoint),
            'checkpoint_hash': file_hash(checkpoint),
            'epoch': meta.get('epoch'),
            'dataset': type(loader.dataset).__name__,
            'head': type(model.head).__name__,
            'model_prior': model_prior(cfg, model.head),
            'mmlt': __version__,
        },
    )


def load_network(
    cfg: Config, checkpoint: str | Path
) -> tuple[nn.Module, dict]:
    """The network of a config with the weights of a checkpoint.

    Returns:
        The model, in evaluation mode, and the checkpoint's ``meta``.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it cannot be read, or a weight is missing or has
            another shape.
    """
    model_cfg = copy.deepcopy(cfg.model)
    if cfg.get('data_preprocessor') is not None:
        model_cfg.setdefault('data_preprocessor', cfg.data_preprocessor)
    model = MODELS.build(model_cfg)
    content = read_checkpoint(checkpoint)
    weights = {
        key.removeprefix('module.'): value
        for key, value in content.get('state_dict', content).items()
    }
    for name, parameter in model.named_parameters():
        if name not in weights or weights[name].shape != parameter.shape:
            got = tuple(weights[name].shape) if name in weights else 'nothing'
            raise ValueError(
                f'Expected {checkpoint} to hold {name} of the shape '
                f'{tuple(parameter.shape)}, but got {got}. Is it the '
                'checkpoint of another config?'
            )
    load_state_dict(model, weights, strict=False, logger='silent')
    return model.eval(), content.get('meta', {})


@torch.no_grad()
def _run(model, loader, with_features: bool, progress: Progress) -> dict:
    columns = {'logits': [], 'labels': []}
    if with_features:
        columns['features'] = []
    for batch in progress(loader):
        data = model.data_preprocessor(batch, training=False)
        feats = model.extract_feat(data['inputs'])
        logits = model.head(feats)
        if not isinstance(logits, Tensor) or logits.dim() != 2:
            raise ValueError(
                f'Expected {type(model.head).__name__} to give logits '
                '(N, C), but it does not. This tool is for heads with one '
                'classifier.'
            )
        columns['logits'].append(logits.float().cpu())
        columns['labels'].append(labels_of(data['data_samples']).cpu())
        if with_features:
            features = model.head.pre_logits(feats)
            columns['features'].append(features.float().cpu())
    return {name: torch.cat(parts) for name, parts in columns.items()}


@torch.no_grad()
def facts_of_the_head(model: nn.Module) -> dict[str, Tensor]:
    """What calibrators want to know of a classifier, float32.

    Args:
        model: With ``head``; ``modules`` may hold an FCCNeck.

    Returns:
        Those of bias, weight_norm, kappa, overlap, tau that there are.
    """
    facts = {}
    for module in model.modules():
        if isinstance(module, FCCNeck) and len(module.tau):
            facts['tau'] = module.tau
    try:
        kappa, mu = head_to_vmf(model.head, torch.float64)
        facts['bias'] = head_bias(model.head)
    except TypeError:  # a head that is no density: the rest is enough
        return _plain(facts)
    facts['kappa'] = kappa
    facts['overlap'] = mean_overlaps(kappa, mu, diagonal=False)
    if facts['bias'] is not None:
        facts['weight_norm'] = kappa
    return _plain(facts)


def _plain(facts: dict) -> dict[str, Tensor]:
    return {
        name: value.detach().float()
        for name, value in facts.items()
        if value is not None
    }


def model_prior(cfg: Config, head: nn.Module) -> str:
    """Which class prior the probabilities of a head hold.

    Returns:
        'train' for plain cross-entropy on images as they come; 'uniform'
        for a head that takes the prior out again; 'unknown' otherwise.
    """
    if hasattr(head, 'test_prior'):
        if not head.balanced or head.test_prior == 'train':
            return 'train'
        return 'uniform' if head.test_prior == 'balanced' else 'unknown'
    loss = getattr(head, 'loss_module', None)
    sampler = (cfg.get('train_dataloader') or {}).get('sampler') or {}
    plain = (
        type(loss) in (CrossEntropyLoss, LabelSmoothLoss)
        and getattr(loss, 'class_weight', None) is None
        and sampler.get('type') == 'DefaultSampler'
    )
    return 'train' if plain else 'unknown'


def file_hash(path: str | Path) -> str:
    """Beginning of the SHA-256 of a file, 16 hexadecimal digits."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]
