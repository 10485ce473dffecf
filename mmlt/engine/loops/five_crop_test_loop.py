import copy
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.runner import TestLoop, autocast
from mmpretrain.registry import LOOPS
from torch import Tensor

from mmlt.datasets.pipelines import pipeline_of, with_pipeline
from mmlt.functional import five_crop_corners, mean_logit_scores
from mmlt.functional.checks import check_integer
from mmlt.structures import batch_in

__all__ = ['FiveCropTestLoop']

PREFIX = 'five_crops/'


@LOOPS.register_module()
class FiveCropTestLoop(TestLoop):
    """Tests the mean of the logits of five crops of every image.

    ``test_cfg = dict(type='FiveCropTestLoop')`` (``--with five-crops``) tests
    any network so; the training, its validation and the config of the data
    stay as they are. It takes five times as long. The metrics are called
    ``five_crops/accuracy/top1`` and so on: they are not to be compared with
    those of one crop.

    - A pipeline that ends with ``ResizeEdge`` and ``CenterCrop``: the short
      edge becomes ``expand`` pixels longer than the crop, and the crops are
      those of torchvision's ``FiveCrop``.
    - Whole batches (``pipeline=[]``): every image is enlarged by ``expand``
      pixels, bilinear, and the crops have its own size.

    Args:
        runner: Of mmengine.
        dataloader: Config of the loader of the test.
        evaluator: As mmengine's ``TestLoop``.
        fp16: As mmengine's ``TestLoop``.
        expand: Pixels, >= 1; None: 24 for crops of 224, other sizes in
            proportion.

    Raises:
        ValueError: If the pipeline is another one, or ``expand`` is no
            positive integer.
    """

    def __init__(
        self,
        runner,
        dataloader: dict,
        evaluator,
        fp16: bool = False,
        expand: int | None = None,
    ) -> None:
        if expand is not None:
            hint = 'LIFT has 24 for crops of 224.'
            check_integer('`expand` of FiveCropTestLoop', expand, 1, hint)
        self.expand = expand
        loader = copy.deepcopy(dataloader)
        steps = pipeline_of(loader['dataset'])
        self.stacked = bool(steps)
        if self.stacked:
            steps = with_five_crops(steps, expand)
            loader['dataset'] = with_pipeline(loader['dataset'], steps)
        super().__init__(runner, loader, evaluator, fp16)

    def run(self) -> dict:
        """Test; the names of the metrics begin with ``five_crops/``."""
        evaluate = self.evaluator.evaluate
        self.evaluator.evaluate = lambda size: {
            PREFIX + name: value for name, value in evaluate(size).items()
        }
        try:
            return super().run()
        finally:
            self.evaluator.evaluate = evaluate

    @torch.no_grad()
    def run_iter(self, idx: int, data_batch: Any) -> None:
        """Predict a batch and hand it to the metrics."""
        runner = self.runner
        runner.call_hook(
            'before_test_iter', batch_idx=idx, data_batch=data_batch
        )
        scores = []
        for inputs in self.crops(data_batch['inputs']):
            samples = copy.deepcopy(data_batch['data_samples'])
            data = dict(data_batch, inputs=inputs, data_samples=samples)
            with autocast(enabled=self.fp16):
                outputs = runner.model.test_step(data)
            scores.append(scores_of(outputs))
        outputs = merged(outputs, mean_logit_scores(torch.stack(scores)))
        self.evaluator.process(data_samples=outputs, data_batch=data_batch)
        runner.call_hook(
            'after_test_iter',
            batch_idx=idx,
            data_batch=data_batch,
            outputs=outputs,
        )

    def crops(self, inputs: Tensor | Sequence[Tensor]) -> list:
        """The five crops of a batch, each as the batch is."""
        if not isinstance(inputs, Tensor):
            each = [self.crops(image[None]) for image in inputs]
            return [[crops[k][0] for crops in each] for k in range(5)]
        height, width = inputs.shape[-2:]
        if self.stacked:
            return list(inputs.split(height // 5, dim=-2))
        size = min(height, width)
        more = self.expand or proportional(size)
        large = F.interpolate(
            inputs.float(),
            (height + more, width + more),
            mode='bilinear',
            align_corners=False,
        )
        if not inputs.is_floating_point():
            large = large.round()
        large = large.to(inputs.dtype)
        return [
            large[..., top : top + size, left : left + size]
            for top, left in five_crop_corners(*large.shape[-2:], size)
        ]


def proportional(size: int) -> int:
    """24 pixels for crops of 224, others in proportion, at least 1."""
    return max(1, round(size * 24 / 224))


def with_five_crops(steps: Sequence[dict], expand: int | None) -> list[dict]:
    """A pipeline with five crops in place of the one in the center.

    Raises:
        ValueError: If it has no ``ResizeEdge`` and ``CenterCrop``.
    """
    steps = [dict(step) for step in copy.deepcopy(steps)]
    kinds = [step['type'] for step in steps]
    if kinds.count('ResizeEdge') != 1 or kinds.count('CenterCrop') != 1:
        raise ValueError(
            'Expected a test pipeline with one ResizeEdge and one CenterCrop, '
            f'to put five crops in their place, but it has {kinds}. Write it '
            'so, or drop FiveCropTestLoop.'
        )
    size = steps[kinds.index('CenterCrop')]['crop_size']
    if not isinstance(size, int):
        raise ValueError(
            'Expected `crop_size` of CenterCrop to be an integer, but got '
            f'{size}. Write one side of a square.'
        )
    resize = steps[kinds.index('ResizeEdge')]
    resize.update(scale=size + (expand or proportional(size)), edge='short')
    steps[kinds.index('CenterCrop')] = dict(type='FiveCrops', size=size)
    return steps


def scores_of(outputs: Sequence) -> Tensor:
    """Scores (N, C) of predictions."""
    whole = batch_in(outputs)
    if whole is not None:
        return whole.pred_score
    return torch.stack([sample.pred_score for sample in outputs])


def merged(outputs: Sequence, scores: Tensor) -> Sequence:
    """Predictions with other scores (N, C), and labels by these."""
    whole = batch_in(outputs)
    if whole is not None:
        whole.pred_score, whole.pred_label = scores, scores.argmax(1)
        return outputs
    for sample, score in zip(outputs, scores, strict=True):
        sample.set_pred_score(score).set_pred_label(score.argmax())
    return outputs
