"""TensorBoard beside the scalars that mmlt reads (extra "tensorboard")."""

visualizer = dict(
    vis_backends=[
        *_base_.visualizer.vis_backends,
        dict(type='TensorboardVisBackend'),
    ],
)
