"""What the trainings of segmentation share: parts, metrics, hooks, log."""

custom_imports = dict(
    imports=['mmlt.engine', 'mmlt.dense'], allow_failed_imports=False
)
default_scope = 'mmseg'

val_evaluator = dict(
    type='PixelMetrics',
    sizes=(3, 4, 4),
    classwise=True,
    # other priors of the classes, from the same predictions
    shifts={'half': 0.5, 'train': 1.0, 'adjusted': -1.0},
)
test_evaluator = val_evaluator

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(
        type='CheckpointHook', by_epoch=False, interval=500, max_keep_ckpts=2
    ),
    sampler_seed=dict(type='DistSamplerSeedHook'),
)
custom_hooks = [dict(type='PixelCountsHook')]

env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)
vis_backends = [dict(type='LocalVisBackend')]
visualizer = dict(
    type='SegLocalVisualizer', vis_backends=vis_backends, name='visualizer'
)
log_processor = dict(by_epoch=False)
log_level = 'INFO'
load_from = None
resume = False
randomness = dict(seed=42, deterministic=False)
