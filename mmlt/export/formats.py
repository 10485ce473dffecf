"""A trained model without what only training needs, for use elsewhere.

``tools/export.py`` writes it as TorchScript, as ONNX, or as a config and a
checkpoint of plain mmpretrain.
"""

import copy
import json
from collections.abc import Iterator

import mmpretrain
import numpy as np
import torch
from mmengine.config import Config
from mmpretrain.models import ClsHead, ImageClassifier, LinearClsHead
from torch import Tensor, nn

from mmlt.functional import layer_norm_classifier, linear_logits
from mmlt.models import LongTailClassifier
from mmlt.models.heads.reading import head_to_linear

from .inference import (
    dataset_settings,
    inference_config,
    network_reads_rgb,
    preprocessor_settings,
    reads_files,
)

# a subclass may score in another way
PLAIN_CLASSIFIERS = (ImageClassifier, LongTailClassifier)
# whose modules there are where mmlt is not installed
WITHOUT_MMLT = ('torch', 'mmcv', 'mmengine', 'mmpretrain')


def necks_of(model: nn.Module) -> list[nn.Module]:
    """Necks of a model that do something at test."""
    neck = getattr(model, 'neck', None)
    if neck is None:
        return []
    necks = list(neck) if isinstance(neck, nn.Sequential) else [neck]
    return [n for n in necks if not getattr(n, 'only_in_training', False)]


class PlainClassifier(nn.Module):
    """Images to logits: backbone, necks, and a linear classifier.

    What a head or a neck only needs in training is left out. A head that is
    not a linear classifier at test is kept as it is.

    Args:
        model: In evaluation mode; not changed.
        config: Its recipe.
        with_preprocessing: Whether it takes RGB pixel values, 0 to 255,
            uint8 or not, instead of what the data preprocessor makes of
            them.
    """

    def __init__(
        self,
        model: nn.Module,
        config: Config,
        with_preprocessing: bool = False,
    ) -> None:
        super().__init__()
        model = copy.deepcopy(model)
        settings = preprocessor_settings(config)
        self.swap = with_preprocessing and not network_reads_rgb(config)
        self.normalize_pixels = with_preprocessing and bool(
            settings.get('mean')
        )
        if self.normalize_pixels:
            for name in ('mean', 'std'):
                value = torch.tensor(settings[name], dtype=torch.float32)
                self.register_buffer(name, value.view(-1, 1, 1))
        self.model = self.backbone = None
        if not is_plain_chain(model):
            self.model = model
            return
        self.backbone = model.backbone
        self.necks = nn.ModuleList(necks_of(model))
        weight, bias, self.normalize_features = head_to_linear(model.head)
        dtype = next(model.parameters()).dtype
        self.register_buffer('weight', weight.detach().to(dtype))
        self.register_buffer('bias', bias.detach().to(dtype))

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, C).

        Args:
            images: (N, 3, H, W).
        """
        if self.swap:
            images = images.flip(1)
        if not images.is_floating_point():
            images = images.float()
        if self.normalize_pixels:
            images = (images - self.mean) / self.std
        if self.model is not None:
            return self.model(images, mode='tensor')
        features = self.backbone(images)
        for neck in self.necks:
            features = neck(features)
        return linear_logits(
            features[-1], self.weight, self.bias, self.normalize_features
        )


def is_plain_chain(model: nn.Module) -> bool:
    """Whether a model is backbone, necks and a linear classifier at test."""
    head = getattr(model, 'head', None)
    plain = (
        type(model) in PLAIN_CLASSIFIERS
        and isinstance(head, ClsHead)
        and type(head).pre_logits
        in (ClsHead.pre_logits, LinearClsHead.pre_logits)
    )
    if not plain:
        return False
    try:
        head_to_linear(head)
    except TypeError:
        return False
    return True


def description(config: Config, meta: dict, preprocessing: bool) -> str:
    """JSON text that travels in an exported file: classes and input."""
    settings = preprocessor_settings(config)
    content = {
        'input': 'RGB pixel values, 0 to 255'
        if preprocessing
        else '(pixels - mean) / std, pixel values 0 to 255',
        'output': 'logits',
        'channels': 'RGB'
        if preprocessing or network_reads_rgb(config)
        else 'BGR',
        'classes': list(meta.get('dataset_meta', {}).get('classes') or []),
    }
    if not preprocessing:
        content['mean'] = list(settings.get('mean') or [])
        content['std'] = list(settings.get('std') or [])
    return json.dumps(content, ensure_ascii=False)


def check_without_mmlt(model: nn.Module) -> None:
    """Refuse a model that plain mmpretrain cannot build.

    Raises:
        ValueError: Naming the part and what can be done.
    """
    if type(model) not in PLAIN_CLASSIFIERS:
        raise ValueError(
            'Expected an ImageClassifier or LongTailClassifier, but got '
            f'{type(model).__name__}, which plain mmpretrain does not have. '
            'Use --to torchscript or --to onnx.'
        )
    for name, part in [('backbone', model.backbone)] + [
        ('neck', neck) for neck in necks_of(model)
    ]:
        for module in part.modules():
            if type(module).__module__.split('.')[0] not in WITHOUT_MMLT:
                raise ValueError(
                    f'Expected a {name} of mmpretrain, but got '
                    f'{type(module).__name__}, which plain mmpretrain does '
                    'not have (its ResNet_CIFAR is another network). Use '
                    '--to torchscript or --to onnx, which need no code.'
                )
    if _from_parent(model.head):
        return
    if not is_plain_chain(model):
        raise ValueError(
            'Expected a head that is a linear or cosine classifier at test, '
            f'but got {type(model.head).__name__}. Use --to torchscript or '
            '--to onnx.'
        )


def _from_parent(module: nn.Module) -> bool:
    return type(module).__module__.startswith('mmpretrain.')


def parent_model(
    model: nn.Module, config: Config, meta: dict
) -> tuple[Config, dict]:
    """Config and checkpoint of plain mmpretrain with the same logits.

    A linear classifier becomes ``LinearClsHead``. One on normalised features
    becomes ``LinearNeck`` with a LayerNorm, and ``LinearClsHead``
    (:func:`~mmlt.functional.layer_norm_classifier`): the parent has no layer
    that normalises a vector, and its ``ArcFaceClsHead`` has no bias and one
    concentration for all classes.

    Args:
        model: In evaluation mode.
        config: Its recipe.
        meta: ``meta`` of its checkpoint.

    Returns:
        A config without mmlt, and a checkpoint without a training's state.

    Raises:
        ValueError: If a part is not in mmpretrain, and has no equal there.
    """
    check_without_mmlt(model)
    config = inference_config(config)
    state = {
        f'backbone.{k}': v for k, v in model.backbone.state_dict().items()
    }
    backbone = config.model.backbone.to_dict()
    if (backbone.get('init_cfg') or {}).get('type') == 'Pretrained':
        backbone.pop('init_cfg')  # the checkpoint has the weights
    necks = list(_neck_settings(model, config))
    for i, neck in enumerate(necks_of(model)):
        state |= {f'neck.{i}.{k}': v for k, v in neck.state_dict().items()}
    if _from_parent(model.head):
        head = config.model.head.to_dict()
        state |= {f'head.{k}': v for k, v in model.head.state_dict().items()}
    else:
        weight, bias, normalize = head_to_linear(model.head)
        dim = weight.shape[1]
        if normalize:
            projection, weight, eps = layer_norm_classifier(weight)
            i = len(necks)
            state[f'neck.{i}.fc.weight'] = projection
            state[f'neck.{i}.fc.bias'] = projection.new_zeros(2 * dim)
            state[f'neck.{i}.norm.weight'] = projection.new_ones(2 * dim)
            state[f'neck.{i}.norm.bias'] = projection.new_zeros(2 * dim)
            necks.append(
                dict(
                    type='LinearNeck',
                    in_channels=dim,
                    out_channels=2 * dim,
                    norm_cfg=dict(type='LN', eps=eps),
                )
            )
        head = dict(
            type='LinearClsHead',
            num_classes=weight.shape[0],
            in_channels=weight.shape[1],
            loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
        )
        state |= {'head.fc.weight': weight, 'head.fc.bias': bias}
    dtype = next(model.parameters()).dtype
    state = {
        k: (v.to(dtype) if v.is_floating_point() else v)
        .detach()
        .contiguous()
        .clone()
        for k, v in state.items()
    }
    dataset_meta = copy.deepcopy(meta.get('dataset_meta', {}))
    plain = _parent_config(config, backbone, necks, head)
    return plain, {
        'meta': {
            'dataset_meta': dataset_meta,
            'mmpretrain_version': mmpretrain.__version__,
        },
        'state_dict': state,
    }


def _neck_settings(model: nn.Module, config: Config) -> Iterator[dict]:
    settings = config.model.get('neck') or []
    if not isinstance(settings, list | tuple):
        settings = [settings]
    neck = model.neck
    built = list(neck) if isinstance(neck, nn.Sequential) else [neck]
    for setting, module in zip(settings, built, strict=False):
        if not getattr(module, 'only_in_training', False):
            yield setting.to_dict()


def _parent_config(
    config: Config, backbone: dict, necks: list[dict], head: dict
) -> Config:
    """Config with all that testing needs, of the parent's parts alone."""
    settings = preprocessor_settings(config)
    names = ('mean', 'std', 'to_rgb', 'num_classes')
    preprocessor = {k: settings[k] for k in names if k in settings}
    dataset = dataset_settings(config)
    names = ('data_root', 'data_prefix', 'ann_file')
    places = {k: dataset[k] for k in names if dataset.get(k)}
    in_files = reads_files(config) and str(
        places.get('ann_file', '')
    ).endswith('.txt')
    if not in_files:
        places = {'data_root': 'data/test'}
    pipeline = [
        step.to_dict() if hasattr(step, 'to_dict') else dict(step)
        for step in dataset.pipeline
    ]
    loader = dict(
        batch_size=config.test_dataloader.get('batch_size', 32),
        num_workers=2,
        dataset=dict(type='CustomDataset', pipeline=pipeline, **places),
        sampler=dict(type='DefaultSampler', shuffle=False),
    )
    return Config(
        dict(
            default_scope='mmpretrain',
            data_preprocessor=dict(type='ClsDataPreprocessor', **preprocessor),
            model=dict(
                type='ImageClassifier',
                backbone=backbone,
                neck=necks or None,
                head=head,
            ),
            test_dataloader=loader,
            test_cfg=dict(),
            test_evaluator=dict(type='Accuracy', topk=(1,)),
        )
    )


def sample_images(size: int | tuple[int, int], number: int) -> Tensor:
    """RGB images to compare two models on: real ones and random ones.

    Args:
        size: Side, or (height, width), in pixels.
        number: How many; every other one is random.

    Returns:
        (number, 3, H, W) uint8. The real ones are parts of the two
        photographs that come with scikit-learn.
    """
    from sklearn.datasets import load_sample_images

    height, width = (size, size) if isinstance(size, int) else size
    photographs = [
        torch.tensor(np.array(p)) for p in load_sample_images().images
    ]
    generator = torch.Generator().manual_seed(0)
    images = []
    for i in range(number):
        if i % 2:
            shape = (3, height, width)
            image = torch.randint(0, 256, shape, generator=generator)
        else:
            photo = photographs[i // 2 % 2].permute(2, 0, 1)
            side = min(photo.shape[1:])
            side = int(side * (0.5 + 0.5 * torch.rand(1, generator=generator)))
            top = int((photo.shape[1] - side) / (1 + i))
            left = int((photo.shape[2] - side) / (2 + i))
            part = photo[None, :, top : top + side, left : left + side]
            image = nn.functional.interpolate(
                part.float(), (height, width), mode='bilinear', antialias=True
            )[0]
        images.append(image.round().clamp(0, 255).to(torch.uint8))
    return torch.stack(images)


def relative_difference(logits: Tensor, expected: Tensor) -> float:
    r"""Max \|logits - expected\| / max \|expected\|, over all images."""
    logits, expected = logits.double(), expected.double()
    scale = expected.abs().max().clamp(min=1e-30)
    return float((logits - expected).abs().max() / scale)
