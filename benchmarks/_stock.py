"""Turn a recipe of ours into what a user of mmpretrain alone would write."""

from mmengine.config import Config

# batch augmentation -> the parent's per-image transform
PER_IMAGE = {
    'BatchRandomCrop': lambda size, padding: dict(
        type='RandomCrop', crop_size=size, padding=padding
    ),
    'BatchRandomFlip': lambda prob: dict(
        type='RandomFlip', prob=prob, direction='horizontal'
    ),
}


def as_stock(cfg: Config, dataset: dict | None = None) -> Config:
    """Same network, batch, augmentation and schedule; the parent's parts.

    Per-image pipeline with two workers, ``default_collate``,
    ``ClsDataPreprocessor``, ``ImageClassifier``, float32, SGD that is not
    fused, no hook of ours.

    Args:
        cfg: A recipe of cross-entropy; changed in place.
        dataset: Training set in the place of the recipe's, without pipeline.
    """
    cfg.model.type = 'ImageClassifier'
    cfg.model.neck = cfg.model.neck[0]
    ours = cfg.data_preprocessor
    cfg.data_preprocessor = dict(
        num_classes=ours.num_classes,
        mean=ours.mean,
        std=ours.std,
        to_rgb=ours.to_rgb,
    )
    augments = [
        PER_IMAGE[a.type](**{k: v for k, v in a.items() if k != 'type'})
        for a in ours.augments
    ]
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        loader = cfg[name]
        del loader['collate_fn']  # the parent's default
        loader.num_workers = 2
        loader.persistent_workers = True
        if name == 'train_dataloader':
            if dataset is not None:
                loader.dataset = dataset
            pipeline = [*augments, dict(type='PackInputs')]
        else:
            pipeline = [dict(type='PackInputs')]
        loader.dataset.pipeline = pipeline
    optimizer = cfg.optim_wrapper.optimizer
    optimizer.pop('fused', None)
    cfg.optim_wrapper = dict(type='OptimWrapper', optimizer=optimizer)
    cfg.val_evaluator = cfg.test_evaluator = dict(type='Accuracy')
    cfg.custom_hooks = []
    cfg.default_hooks.runtime_info = dict(type='RuntimeInfoHook')
    return cfg
