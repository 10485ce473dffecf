"""Macro accuracy on images that are neither trained nor tested on.

What `mmlt sweep` lays over a recipe, as an overlay. Where the validation
images are the test images, a fifth of the training images of every class is
held out, and evaluated on instead.
"""

from mmlt.datasets.pipelines import pipeline_of as _pipeline_of
from mmlt.datasets.pipelines import with_pipeline as _with_pipeline

_train = _base_.train_dataloader.dataset
_validated, _tested = (
    _with_pipeline(loader.dataset, [])
    for loader in (_base_.val_dataloader, _base_.test_dataloader)
)
_metrics = _base_.val_evaluator
_overlays = _base_.get('applied_overlays') or []

if _validated == _tested and 'tuning' not in _overlays:
    if _train.type != 'HeldOutSplit':
        _train = dict(type='HeldOutSplit', fraction=0.2, dataset=_train)
    train_dataloader = dict(dataset=dict(_train, _delete_=True, part='train'))
    _held_out = _with_pipeline(
        dict(_train, part='held_out'),
        _pipeline_of(_base_.val_dataloader.dataset),
    )
    val_dataloader = dict(dataset=dict(_held_out, _delete_=True))
    test_dataloader = dict(dataset=dict(_held_out, _delete_=True))

if isinstance(_metrics, dict):
    _metrics = _metrics.get('metrics', [_metrics])
if all(metric['type'] != 'MacroAccuracy' for metric in _metrics):
    _metrics = [*_metrics, dict(type='MacroAccuracy')]
val_evaluator = dict(metrics=_metrics)
