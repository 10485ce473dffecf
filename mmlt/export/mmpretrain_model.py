"""A trained model as a config and a checkpoint of plain mmpretrain."""

import copy
from collections.abc import Iterator

import mmpretrain
from mmengine.config import Config
from torch import nn

from mmlt.functional import layer_norm_classifier
from mmlt.models.heads.reading import head_to_linear

from .inference import (
    dataset_settings,
    inference_config,
    preprocessor_settings,
    reads_files,
)
from .plain import PLAIN_CLASSIFIERS, is_plain_chain, necks_of

# whose modules there are where mmlt is not installed
WITHOUT_MMLT = ('torch', 'mmcv', 'mmengine', 'mmpretrain')
LOSS = dict(type='CrossEntropyLoss', loss_weight=1.0)  # what a test ignores


def check_without_mmlt(model: nn.Module) -> None:
    """Check that mmpretrain without mmlt can build a model.

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
    if _of_mmpretrain(model.head):
        return
    if not is_plain_chain(model):
        raise ValueError(
            'Expected a head that is a linear or cosine classifier at test, '
            f'but got {type(model.head).__name__}. Use --to torchscript or '
            '--to onnx.'
        )


def _of_mmpretrain(module: nn.Module) -> bool:
    return type(module).__module__.startswith('mmpretrain.')


def mmpretrain_model(
    model: nn.Module, config: Config, meta: dict
) -> tuple[Config, dict]:
    """Config and checkpoint of plain mmpretrain with the same logits.

    A linear classifier becomes ``LinearClsHead``. One on normalized features
    becomes ``LinearNeck`` with a LayerNorm, and ``LinearClsHead``
    (:func:`~mmlt.functional.layer_norm_classifier`): mmpretrain has no layer
    that normalizes a vector, and its ``ArcFaceClsHead`` has no bias and one
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
    if _of_mmpretrain(model.head):
        head = config.model.head.to_dict()
        own = model.head.state_dict()
        loss = getattr(model.head, 'loss_module', None)
        if loss is not None and not _of_mmpretrain(loss):
            # of the training alone: its class counts are not needed either
            head['loss'] = LOSS
            own = {k: v for k, v in own.items() if 'loss_module.' not in k}
        state |= {f'head.{k}': v for k, v in own.items()}
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
            loss=LOSS,
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
    plain = _mmpretrain_config(config, backbone, necks, head)
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


def _mmpretrain_config(
    config: Config, backbone: dict, necks: list[dict], head: dict
) -> Config:
    """Config with all that testing needs, of mmpretrain's parts alone."""
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
