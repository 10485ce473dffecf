"""What every recipe shares: the rooms of mmlt, metrics, hooks, log."""

custom_imports = dict(
    imports=[
        'mmlt.datasets',
        'mmlt.models',
        'mmlt.engine',
        'mmlt.evaluation',
    ],
    allow_failed_imports=False,
)
default_scope = 'mmpretrain'

val_evaluator = dict(
    type='BatchEvaluator',
    metrics=[
        dict(type='Accuracy', topk=(1,)),
        dict(type='ShotAccuracy'),
        dict(type='CalibrationError'),
    ],
)
# a test gives every number, also those that would crowd the log of a training
test_evaluator = dict(
    type='BatchEvaluator',
    metrics=[*val_evaluator['metrics'], dict(type='LongTailMetric')],
)

default_hooks = dict(
    # reads the losses now and then instead of waiting for every step
    runtime_info=dict(type='DeferredRuntimeInfoHook'),
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50),
    param_scheduler=dict(type='ParamSchedulerHook'),
    # the last epochs, for --resume; the reported number is the last epoch's
    checkpoint=dict(type='WholeCheckpointHook', interval=1, max_keep_ckpts=2),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    visualization=dict(type='VisualizationHook', enable=False),
    # a loss that is inf or nan; stop=False goes on
    finite_loss=dict(type='FiniteLossHook'),
    # SIGTERM, Ctrl-C and the like: docs/stopping.md
    stop=dict(type='StopOnSignalHook'),
    # a checkpoint of another network is refused: docs/hooks.md
    weights=dict(type='FittingWeightsHook'),
)
custom_hooks = [
    dict(type='LongTailHook'),
    dict(type='ResultTableHook'),
    dict(type='SpeedSettingsHook'),
    dict(type='SkippedImagesHook'),
    # several processes: one mean of the running statistics after each epoch,
    # so that evaluation and checkpoint are of one network
    dict(type='SyncBuffersHook'),
]

env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)

# TensorBoard beside it: --with tensorboard
vis_backends = [dict(type='StrictJSONVisBackend')]
visualizer = dict(type='UniversalVisualizer', vis_backends=vis_backends)

# compile=True or dict(mode=...): torch.compile of the training step; slower to
# start, see the README under "Speed"
compile = False

log_level = 'INFO'
load_from = None
resume = False
randomness = dict(seed=42, deterministic=False)
