"""A set of shapes with boxes and masks, as LVIS writes it, and a detector."""

import copy
import importlib.util
import json

import numpy as np
import pytest
from mmengine.registry import DefaultScope
from PIL import Image

CLASSES = ('disc', 'box', 'cross')
FREQUENCIES = ('f', 'c', 'r')
COLORS = np.array([[40, 40, 200], [200, 60, 160], [40, 200, 220]])
SIZE = 64


@pytest.fixture(autouse=True)
def scope():
    """The scope of mmdetection, until the test ends."""
    if importlib.util.find_spec('mmdet') is None:
        yield
        return
    import mmlt.dense.detection  # noqa: F401, operators and registered parts

    with DefaultScope.overwrite_default_scope('mmdet'):
        yield


def shape_of(kind, x, y, r):
    """Mask of a disc, a box or a cross, and its outline."""
    column, row = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    dx, dy = abs(column - x), abs(row - y)
    if kind == 0:
        angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        outline = np.stack([x + r * np.cos(angle), y + r * np.sin(angle)], 1)
        return (column - x) ** 2 + (row - y) ** 2 <= r**2, outline
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * r
    mask = (dx <= r) & (dy <= r)
    if kind == 2:
        mask &= (dx <= r // 3) | (dy <= r // 3)
    return mask, corners + [x, y]


def draw(folder, part, number, rng):
    """Pictures of discs, some with a box, few with a cross; their JSON."""
    (folder / part).mkdir(parents=True)
    images, annotations = [], []
    for index in range(number):
        image = np.full((SIZE, SIZE, 3), (60, 120, 40))
        rare = part == 'val' or index % 4 == 0
        kinds = [0, 0, *([1] if part == 'val' or index % 2 else [])]
        kinds += [2] if rare else []
        for place, kind in enumerate(kinds):
            r = int(rng.integers(7, 12))
            x, y = 16 + 32 * (place % 2), 16 + 32 * (place // 2)
            mask, outline = shape_of(kind, x, y, r)
            image[mask] = COLORS[kind]
            annotations.append(
                dict(
                    id=len(annotations) + 1,
                    image_id=index + 1,
                    category_id=kind + 1,
                    bbox=[x - r, y - r, 2 * r, 2 * r],
                    area=int(mask.sum()),
                    segmentation=[outline.ravel().tolist()],
                )
            )
        image = image + rng.normal(0, 12, image.shape)
        name = f'{part}/{index:04d}.png'
        Image.fromarray(image.clip(0, 255).astype(np.uint8)).save(
            folder / name
        )
        images.append(
            dict(
                id=index + 1,
                width=SIZE,
                height=SIZE,
                coco_url=f'http://images.cocodataset.org/{name}',
                neg_category_ids=[
                    k + 1 for k in range(len(CLASSES)) if k not in kinds
                ],
                not_exhaustive_category_ids=[],
            )
        )
    categories = [
        dict(id=k + 1, name=name, frequency=FREQUENCIES[k])
        for k, name in enumerate(CLASSES)
    ]
    content = dict(
        images=images, annotations=annotations, categories=categories
    )
    (folder / f'{part}.json').write_text(json.dumps(content))


@pytest.fixture(scope='session')
def boxes(tmp_path_factory):
    """Folder of 8 training and 4 validation pictures."""
    folder = tmp_path_factory.mktemp('boxes')
    rng = np.random.default_rng(0)
    draw(folder, 'train', 8, rng)
    draw(folder, 'val', 4, rng)
    return folder


def dataset(folder, part, classes=CLASSES, **settings):
    cfg = dict(
        type='CheckedLVISDataset',
        data_root=str(folder),
        ann_file=f'{part}.json',
        data_prefix=dict(img=''),
        metainfo=dict(classes=classes),
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(type='LoadAnnotations', with_bbox=True, with_mask=True),
            dict(type='Resize', scale=(SIZE, SIZE), keep_ratio=True),
            dict(
                type='PackDetInputs',
                meta_keys=(
                    'img_id',
                    'img_path',
                    'ori_shape',
                    'img_shape',
                    'scale_factor',
                ),
            ),
        ],
    )
    return cfg | settings


BOX_HEAD = dict(
    in_channels=16,
    fc_out_channels=32,
    num_classes=len(CLASSES),
    cls_predictor_cfg=dict(type='VMFLinear'),
    loss_cls=dict(type='ClassAndObjectnessLoss'),
)


def detector():
    """Mask R-CNN of mmdetection, as small as it runs."""
    from mmengine.hub import get_config

    cfg = get_config('mmdet::_base_/models/mask-rcnn_r50_fpn.py')
    changes = dict(
        data_preprocessor=dict(pad_mask=True, pad_size_divisor=32),
        backbone=dict(
            depth=18,
            base_channels=4,
            frozen_stages=-1,
            norm_eval=False,
            init_cfg=None,
        ),
        neck=dict(in_channels=[4, 8, 16, 32], out_channels=16),
        rpn_head=dict(
            in_channels=16,
            feat_channels=16,
            anchor_generator=dict(scales=[4]),
        ),
        roi_head=dict(
            bbox_roi_extractor=dict(out_channels=16),
            mask_roi_extractor=dict(out_channels=16),
            bbox_head=copy.deepcopy(BOX_HEAD),
            mask_head=dict(
                in_channels=16,
                conv_out_channels=8,
                num_convs=1,
                num_classes=len(CLASSES),
            ),
        ),
        train_cfg=dict(
            rpn_proposal=dict(nms_pre=100, max_per_img=40),
            rcnn=dict(sampler=dict(num=32)),
        ),
        test_cfg=dict(
            rpn=dict(nms_pre=60, max_per_img=30),
            rcnn=dict(score_thr=1e-4, max_per_img=300),
        ),
    )
    cfg.merge_from_dict(dict(model=changes))
    return cfg.model.to_dict()


def training(folder, work_dir, iterations=4):
    """Config of a short training on the shapes."""
    loader = dict(
        batch_size=2,
        num_workers=0,
        sampler=dict(type='InfiniteSampler', shuffle=True),
        dataset=dict(
            type='ClassBalancedDataset',
            oversample_thr=0.5,
            dataset=dataset(folder, 'train'),
        ),
    )
    test = dict(
        batch_size=1,
        num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=False),
        dataset=dataset(folder, 'val', test_mode=True),
    )
    metric = dict(
        type='FastLVISMetric',
        ann_file=str(folder / 'val.json'),
        metric=['bbox', 'segm'],
    )
    return dict(
        custom_imports=dict(
            imports=['mmlt.dense.detection'], allow_failed_imports=False
        ),
        default_scope='mmdet',
        model=detector(),
        train_dataloader=loader,
        val_dataloader=test,
        test_dataloader=copy.deepcopy(test),
        val_evaluator=metric,
        test_evaluator=copy.deepcopy(metric),
        optim_wrapper=dict(
            type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01)
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
        custom_hooks=[dict(type='InstanceCountsHook')],
        randomness=dict(seed=0),
        log_processor=dict(by_epoch=False),
        visualizer=dict(
            type='DetLocalVisualizer',
            vis_backends=[dict(type='LocalVisBackend')],
            name=str(work_dir),  # one of that name would be taken again
        ),
        log_level='WARNING',
        work_dir=str(work_dir),
    )
