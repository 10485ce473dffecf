"""A set of shapes with masks, and a small network for it."""

import copy
import importlib.util

import numpy as np
import pytest
from mmengine.registry import DefaultScope
from PIL import Image

CLASSES = ('ground', 'sky', 'disc', 'cross')
COLORS = np.array(
    [[60, 120, 40], [200, 160, 120], [40, 40, 200], [40, 200, 220]]
)
SIZE = 32


def draw(folder, part, number, rng):
    """Pictures of ground and sky, some with a disc, few with a cross."""
    for kind in ('img', 'ann'):
        (folder / kind / part).mkdir(parents=True)
    y, x = np.mgrid[:SIZE, :SIZE]
    for index in range(number):
        mask = np.zeros((SIZE, SIZE), np.uint8)
        mask[: rng.integers(8, 16)] = 1
        if part == 'val' or index % 2 == 0:
            mask[(y - 20) ** 2 + (x - 10) ** 2 < 30] = 2
        if part == 'val' or index % 4 == 0:
            mask[19:22, 20:28] = 3
        image = COLORS[mask] + rng.normal(0, 12, (SIZE, SIZE, 3))
        image = image.clip(0, 255).astype(np.uint8)
        Image.fromarray(image).save(folder / 'img' / part / f'{index}.png')
        mask[0] = 255  # not labeled
        Image.fromarray(mask).save(folder / 'ann' / part / f'{index}.png')


@pytest.fixture(autouse=True)
def scope():
    """The scope of mmsegmentation, until the test ends."""
    if importlib.util.find_spec('mmseg') is None:
        yield
        return
    from mmseg.utils import register_all_modules

    import mmlt.dense  # noqa: F401, before mmsegmentation's models

    register_all_modules(init_default_scope=False)
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


@pytest.fixture(scope='session')
def shapes(tmp_path_factory):
    """Folder of 8 training and 4 validation pictures."""
    folder = tmp_path_factory.mktemp('shapes')
    rng = np.random.default_rng(0)
    draw(folder, 'train', 8, rng)
    draw(folder, 'val', 4, rng)
    return folder


def dataset(folder, part, classes=CLASSES, **settings):
    return dict(
        type='BaseSegDataset',
        data_root=str(folder),
        data_prefix=dict(img_path=f'img/{part}', seg_map_path=f'ann/{part}'),
        img_suffix='.png',
        seg_map_suffix='.png',
        metainfo=dict(
            classes=classes, palette=[[c, 0, 0] for c in range(len(classes))]
        ),
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(type='LoadAnnotations'),
            dict(type='PackSegInputs'),
        ],
        **settings,
    )


NETWORK = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        size=(SIZE, SIZE),
        seg_pad_val=255,
    ),
    backbone=dict(
        type='ResNetV1c',
        depth=18,
        base_channels=4,
        stem_channels=4,
        num_stages=4,
        out_indices=(0, 1, 2, 3),
        dilations=(1, 1, 1, 1),
        strides=(1, 2, 1, 1),
        norm_cfg=dict(type='BN'),
    ),
    decode_head=dict(
        type='VMFSegHead',
        head_type='FCNHead',
        in_channels=32,
        in_index=3,
        channels=8,
        num_convs=1,
        concat_input=False,
        num_classes=len(CLASSES),
        norm_cfg=dict(type='BN'),
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)


def training(folder, work_dir, iterations=4, metric=None):
    """Config of a short training on the shapes."""
    loader = dict(
        batch_size=4,
        num_workers=0,
        sampler=dict(type='InfiniteSampler', shuffle=True),
        dataset=dataset(folder, 'train'),
    )
    test = dict(
        batch_size=1,
        num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=False),
        dataset=dataset(folder, 'val'),
    )
    metric = metric or dict(
        type='PixelMetrics', sizes=(1, 1, 2), shifts=dict(train=1.0)
    )
    return dict(
        custom_imports=dict(
            imports=['mmlt.dense'], allow_failed_imports=False
        ),
        default_scope='mmseg',
        model=copy.deepcopy(NETWORK),
        train_dataloader=loader,
        val_dataloader=test,
        test_dataloader=copy.deepcopy(test),
        val_evaluator=[metric, dict(type='IoUMetric', iou_metrics=['mIoU'])],
        test_evaluator=[metric, dict(type='IoUMetric', iou_metrics=['mIoU'])],
        optim_wrapper=dict(
            type='OptimWrapper', optimizer=dict(type='SGD', lr=0.05)
        ),
        train_cfg=dict(
            type='IterBasedTrainLoop', max_iters=iterations, val_interval=4
        ),
        val_cfg=dict(type='ValLoop'),
        test_cfg=dict(type='TestLoop'),
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=2),
            sampler_seed=dict(type='DistSamplerSeedHook'),
        ),
        custom_hooks=[dict(type='PixelCountsHook')],
        randomness=dict(seed=0),
        log_processor=dict(by_epoch=False),
        visualizer=dict(
            type='SegLocalVisualizer',
            vis_backends=[dict(type='LocalVisBackend')],
            name=str(work_dir),  # one of that name would be taken again
        ),
        log_level='WARNING',
        work_dir=str(work_dir),
    )
