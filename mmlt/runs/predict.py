"""Predictions of a trained network on a split, with what belongs to them."""

import copy
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpretrain.models import (
    CrossEntropyLoss,
    LabelSmoothLoss,
    LinearClsHead,
    StackedLinearClsHead,
    VisionTransformerClsHead,
)
from torch import Tensor, nn

from mmlt import __version__
from mmlt.datasets.class_names import align_classes
from mmlt.datasets.counting import class_counts_of
from mmlt.functional import mean_overlaps, mean_tau, vmf_overlap
from mmlt.models import (
    BalancedSoftmaxLoss,
    BalPoEClsHead,
    FCCNeck,
    LogitAdjustedClsHead,
    LogitAdjustedLoss,
    MultiExpertClsHead,
    NCLClsHead,
)
from mmlt.models.heads.reading import head_bias, head_to_vmf
from mmlt.structures import ImagePredictions, labels_of
from mmlt.structures.predictions import MATRIX_CLASSES

from .checkpoint import load_model
from .dump import (
    dump_of,
    dump_path,
    file_hash,
    load_predictions,
    save_predictions,
)
from .folder import check_is_whole, config_and_checkpoint
from .preflight import complete_config, read_config
from .splits import split_loader

Progress = Callable[[Iterable], Iterable]
# whose logits are what the loss was given, in training and at test
PLAIN_HEADS = (
    LinearClsHead,
    MultiExpertClsHead,
    StackedLinearClsHead,
    VisionTransformerClsHead,
)


def predictions_of(
    work_dir: str | Path,
    split: str,
    with_features: bool = False,
    progress: Progress = iter,
) -> ImagePredictions:
    """Predictions of the last checkpoint of a run on a split.

    Args:
        work_dir: Folder of the training.
        split: 'train', 'held-out', 'val' or 'test'.
        with_features: Whether the features before the head are wanted too.
        progress: Wraps the loader, to show how far it is.

    Returns:
        What the file holds that :func:`dump_split` found or wrote.
    """
    return load_predictions(
        dump_split(work_dir, split, with_features, progress)
    )


def dump_split(
    work_dir: str | Path,
    split: str,
    with_features: bool = False,
    progress: Progress = iter,
) -> Path:
    """Write the predictions of a run on a split, if they are not there yet.

    They go to ``predictions_<split>.npz`` beside the last checkpoint. Those
    of another checkpoint are replaced.

    Args:
        work_dir: Folder of a training.
        split: 'train', 'held-out', 'val' or 'test'.
        with_features: Whether everything that a report shows is needed: the
            features, and in a file of an earlier version the overlap matrix
            and the class names.
        progress: Wraps the loader, to show how far it is.

    Returns:
        The file.

    Raises:
        FileNotFoundError: If something must be made, and config or
            checkpoint is missing.
        ValueError: If a file is damaged, or the config has no such split.
    """
    needs = ['features'] if with_features else []
    found = dump_of(work_dir, split, needs)
    config, checkpoint = config_and_checkpoint(Path(work_dir))
    if found is None:
        check_is_whole(checkpoint)
        predictions = predict_split(
            read_config(config),
            checkpoint,
            split,
            with_features=with_features,
            progress=progress,
        )
    elif (
        with_features
        and dump_of(work_dir, split, ['class_names']) is None
        and checkpoint.is_file()
    ):
        # of an earlier version: the logits stay as they are
        model, content = load_model(read_config(config), checkpoint)
        before = load_predictions(found)
        predictions = replace(
            before,
            overlap_matrix=facts_of_the_head(model).get('overlap_matrix'),
            class_names=class_names_of(content['meta'], before.logits),
        )
    else:
        return found
    path = dump_path(work_dir, split)
    save_predictions(predictions, path)
    return path


def predict_split(
    cfg: Config,
    checkpoint: str | Path,
    split: str,
    with_features: bool = False,
    device: str | None = None,
    progress: Progress = iter,
    weights: str | None = None,
) -> ImagePredictions:
    """Run a trained network over one split, with the pipeline of the test.

    Args:
        cfg: Config of the training.
        checkpoint: Its checkpoint.
        split: 'train', 'held-out', 'val' or 'test'.
        with_features: Whether the features before the head are kept.
        device: 'cpu' or 'cuda'; cuda where there is one for None.
        progress: Wraps the loader, to show how far it is.
        weights: As :func:`~mmlt.runs.checkpoint.load_model`. Predictions of
            the 'plain' ones say that they are of another checkpoint.

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
    model, content = load_model(cfg, checkpoint, weights=weights)
    meta = content['meta']
    loader = Runner.build_dataloader(cfg.test_dataloader)
    align_classes(loader.dataset, trained_classes(meta))
    device = device or ('cuda' if torch.cuda.is_available() else 'cpu')
    columns = _run(model.to(device), loader, with_features, progress)
    counts = meta.get('class_counts')
    if counts is None:
        train = Runner.build_dataloader(split_loader(cfg, 'train')).dataset
        counts = class_counts_of(train)
    return ImagePredictions(
        **columns,
        **places_of_images(loader.dataset, len(columns['labels'])),
        class_counts=torch.as_tensor(counts).long(),
        class_names=class_names_of(meta, columns['logits']),
        **facts_of_the_head(model.cpu()),
        meta={
            'split': split,
            'config': str(cfg.filename),
            'config_hash': hashlib.sha256(text.encode()).hexdigest()[:16],
            'checkpoint': str(checkpoint),
            'checkpoint_hash': weights_hash(checkpoint, weights),
            'epoch': meta.get('epoch'),
            'dataset': type(loader.dataset).__name__,
            'head': type(model.head).__name__,
            'model_prior': model_prior(cfg, model.head),
            'mmlt': __version__,
        },
    )


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


def weights_hash(checkpoint: str | Path, weights: str | None) -> str:
    """Hash of a checkpoint, another one for its weights of the last step."""
    suffix = '-plain' if weights == 'plain' else ''
    return file_hash(checkpoint) + suffix


def places_of_images(dataset, number: int) -> dict:
    """Which image each of the predictions of a whole data set is of.

    Args:
        dataset: What the images were taken from, in order.
        number: Of predictions.

    Returns:
        'image_paths', where the data set names files, and 'sample_idx', as
        :class:`~mmlt.structures.ImagePredictions` has them; nothing of a
        data set that left images out, where the order is not known.
    """
    if number != len(dataset):
        return {}
    found: dict = {'sample_idx': torch.arange(number)}
    if path_of(dataset, 0) is not None:
        found['image_paths'] = [
            str(path_of(dataset, i)) for i in range(number)
        ]
    return found


def path_of(dataset, index: int) -> str | None:
    """Path of an image of a data set; None where it is of no file."""
    if not hasattr(dataset, 'get_data_info'):
        return None
    return dataset.get_data_info(index).get('img_path')


def trained_classes(meta: dict) -> list | None:
    """Names of the classes in a checkpoint, or None."""
    return (meta.get('dataset_meta') or {}).get('classes')


def class_names_of(meta: dict, logits: Tensor) -> list[str]:
    """Names of the classes, from a checkpoint; their numbers without."""
    names = trained_classes(meta)
    return [str(name) for name in names or range(logits.shape[1])]


@torch.no_grad()
def facts_of_the_head(model: nn.Module) -> dict[str, Tensor]:
    """What calibrators and reports need to know of a classifier.

    Args:
        model: With ``head``; ``modules`` may hold an FCCNeck.

    Returns:
        Those of bias, weight_norm, kappa, overlap, tau that there are,
        float32, and overlap_matrix, float64, up to 400 classes.
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
    facts = _plain(facts)
    if len(kappa) <= MATRIX_CLASSES:
        facts['overlap_matrix'] = vmf_overlap(kappa, mu)
    return facts


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
        for a head that takes the prior out again, and for balanced softmax
        (logit adjustment in the loss), which adds it in training alone;
        'unknown' for whatever is not known to be one of these.
    """
    if _changes_prior(cfg):
        return 'unknown'
    if type(head) is NCLClsHead:  # balanced softmax, without a loss module
        return 'uniform'
    loss = getattr(head, 'loss_module', None)
    if type(head) in PLAIN_HEADS and (
        type(loss) is BalancedSoftmaxLoss
        or (type(loss) is LogitAdjustedLoss and loss.tau == 1)
    ):
        return 'uniform'
    plain = type(loss) in (CrossEntropyLoss, LabelSmoothLoss)
    if not plain or getattr(loss, 'class_weight', None) is not None:
        return 'unknown'
    if type(head) in PLAIN_HEADS:
        return 'train'
    if hasattr(head, 'test_prior'):
        if not head.balanced or head.test_prior == 'train':
            return 'train'
        return 'uniform' if head.test_prior == 'balanced' else 'unknown'
    balanced = (
        type(head) is BalPoEClsHead and abs(mean_tau(head.taus) - 1) < 1e-6
    ) or (type(head) is LogitAdjustedClsHead and head.tau == 1)
    return 'uniform' if balanced else 'unknown'


def _changes_prior(cfg: Config) -> bool:
    """Whether images, their labels or another loss are not as they come."""
    sampler = (cfg.get('train_dataloader') or {}).get('sampler') or {}
    mixing = (cfg.get('data_preprocessor') or {}).get('mixing') or {}
    kinds = (cfg.model.get('type'), mixing.get('type'))
    names = {str(kind).rpartition('.')[2] for kind in kinds}
    return sampler.get('type') != 'DefaultSampler' or bool(
        names & {'BatchRemix', 'ParametricContrastClassifier'}
    )
