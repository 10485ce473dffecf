"""First weights of a classifier from the names of its classes."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.hub import get_config
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.checkpoints import read_checkpoint, save_checkpoint
from mmlt.functional import text_classifier_weights
from mmlt.weights import check_weights, load_weights, weights_of

from .preflight import read_config

__all__ = ['class_names_in', 'text_weights', 'write_text_weights']

TEMPLATE = 'a photo of a {}.'
AT_ONCE = 256  # texts of one pass


def write_text_weights(
    names: str | Path,
    config: str | Path,
    checkpoint: str | Path,
    out: str | Path,
    templates: Sequence[str] = (TEMPLATE,),
) -> tuple[int, int]:
    """Write the weights of a classifier from texts that name its classes.

    ``ClassifierStartHook`` takes the file.

    Args:
        names: File with a class in each line, in the order of the labels.
        config: Of the parent's ``CLIPZeroShot``: a file, or
            'mmpretrain::clip/...'.
        checkpoint: Its weights.
        out: The file that is written.
        templates: Texts with {} for the name of the class.

    Returns:
        C and D of the weights.

    Raises:
        ValueError: If a file or a template is not as it must be.
    """
    classes = class_names_in(names)
    for template in templates:
        check_template(template)
    content = read_checkpoint(checkpoint)
    check_weights(content, checkpoint)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = build_clip(config)
    load_weights(model, weights_of(content), checkpoint)
    weights = text_weights(model, classes, templates)
    meta = dict(
        classes=classes, templates=list(templates), source=str(checkpoint)
    )
    save_checkpoint(dict(state_dict={'fc.weight': weights}, meta=meta), out)
    return tuple(weights.shape)


def class_names_in(path: str | Path) -> list[str]:
    """Names in the lines of a file, in order; '_' stands for a space.

    Raises:
        ValueError: If there is none, or one is there twice.
    """
    lines = Path(path).read_text(encoding='utf-8').splitlines()
    names = [line.replace('_', ' ').strip() for line in lines]
    while names and not names[-1]:
        names.pop()
    if not names or not all(names):
        place = names.index('') + 1 if names else 1
        raise ValueError(
            f'Expected {path} to have a class in each line, but line {place} '
            'is empty. Write one name a line, in the order of the labels.'
        )
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise ValueError(
            f'Expected {path} to name every class once, but {name!r} is '
            f'there {times} times: both would get the same weights. Tell them '
            'apart, as in "crane (bird)".'
        )
    return names


def check_template(template: str) -> None:
    """Check that a template has one place for a name.

    Raises:
        ValueError: If not.
    """
    if template.count('{}') != 1:
        raise ValueError(
            'Expected a template with one {} for the name of the class, but '
            f'got {template!r}. Write it as in {TEMPLATE!r}.'
        )


def build_clip(config: str | Path) -> nn.Module:
    """Network of a config, with a text tower.

    Raises:
        ValueError: If it has none.
    """
    if '::' in str(config):
        cfg = get_config(str(config))
    else:
        cfg = read_config(config)
    model = MODELS.build(Config(dict(model=cfg.model)).model)
    parts = ('tokenize', 'extract_text_feat', 'visual_proj')
    if not all(hasattr(model, part) for part in parts):
        raise ValueError(
            f'Expected the model of {config} to have a text tower, but '
            f'{type(model).__name__} has none. Name a config of CLIPZeroShot, '
            'such as mmpretrain::clip/clip_vit-base-p16_zeroshot-cls_in1k.py '
            "(it needs pip install 'mmpretrain[multimodal]')."
        )
    return model


@torch.no_grad()
def text_weights(
    model: nn.Module, classes: Sequence[str], templates: Sequence[str]
) -> Tensor:
    """Weights (C, D) of a cosine classifier on the features of images.

    Args:
        model: The parent's ``CLIP``: ``tokenize(texts)``,
            ``extract_text_feat(tokens)`` (N, P), and ``visual_proj.proj``
            (D, P), from the features of images to those of texts.
        classes: C names.
        templates: Texts with {} for a name.

    Returns:
        (C, D) float32 of length 1.
    """
    model.eval()
    texts = [t.format(name) for name in classes for t in templates]
    found = [
        model.extract_text_feat(model.tokenize(texts[i : i + AT_ONCE]))
        for i in range(0, len(texts), AT_ONCE)
    ]
    features = torch.cat(found).unflatten(0, (len(classes), len(templates)))
    return text_classifier_weights(features, model.visual_proj.proj).float()
