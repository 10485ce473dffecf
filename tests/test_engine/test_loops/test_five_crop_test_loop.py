"""Five crops: those of torchvision, the mean of their logits, other names."""

import pytest
import torch
from mmengine.runner import Runner
from torchvision.transforms.functional import five_crop

from mmlt import load_recipe
from mmlt.engine.loops.five_crop_test_loop import (
    FiveCropTestLoop,
    merged,
    with_five_crops,
)
from mmlt.structures import BatchDataSample, BatchView

STEPS = [
    dict(type='ResizeEdge', scale=256, edge='short'),
    dict(type='CenterCrop', crop_size=224),
    dict(type='PackInputs'),
]


def test_a_pipeline_gets_five_crops():
    resize, crop, pack = with_five_crops(STEPS, None)
    assert resize == dict(type='ResizeEdge', scale=248, edge='short')
    assert crop == dict(type='FiveCrops', size=224)
    assert pack == STEPS[2]
    assert STEPS[0]['scale'] == 256  # the config stays
    assert with_five_crops(STEPS, 32)[0]['scale'] == 256


@pytest.mark.parametrize('steps', [STEPS[1:], STEPS[:1], [STEPS[2]]])
def test_another_pipeline_is_refused(steps):
    with pytest.raises(ValueError, match='one ResizeEdge and one CenterCrop'):
        with_five_crops(steps, None)


def recipe(folder, pipeline=(), **settings):
    cfg = load_recipe('lift/stage1_vit-tiny-p2_digitslt', ['five-crops'])
    cfg.work_dir = str(folder)
    cfg.experiment_name = str(folder).replace('/', '-')
    cfg.log_level = 'ERROR'
    cfg.test_cfg.update(settings)
    # the others need class counts, which a checkpoint has
    cfg.test_evaluator.metrics = cfg.test_evaluator.metrics[:1]
    dataset = cfg.test_dataloader.dataset
    dataset.indices, dataset.pipeline = 50, list(pipeline)
    return cfg


def mean_of_five(runner, images):
    """Scores by hand: the mean of logits of torchvision's crops."""
    model = runner.model.eval()
    logits = []
    with torch.no_grad():
        for crop in five_crop(images, [8, 8]):
            data = dict(inputs=crop, data_samples=None)
            inputs = model.data_preprocessor(data)['inputs']
            logits.append(model(inputs))
    return torch.stack(logits).mean(0).softmax(1)


def result_of(cfg):
    """Runner, metrics and scores of all test images."""
    runner = Runner.from_cfg(cfg)
    seen = []
    process = runner.test_loop.evaluator.process
    runner.test_loop.evaluator.process = lambda data_samples, data_batch: (
        seen.extend(sample.pred_score for sample in data_samples),
        process(data_samples=data_samples, data_batch=data_batch),
    )
    metrics = runner.test()
    return runner, metrics, torch.stack(seen)


def test_whole_batches_are_enlarged_by_a_pixel(tmp_path):
    runner, metrics, scores = result_of(recipe(tmp_path))
    assert isinstance(runner.test_loop, FiveCropTestLoop)
    assert all(name.startswith('five_crops/') for name in metrics)
    assert 'five_crops/accuracy/top1' in metrics
    images = runner.test_dataloader.dataset.images.float()
    large = torch.nn.functional.interpolate(
        images, (9, 9), mode='bilinear', align_corners=False
    )
    large = large.round().to(torch.uint8)
    torch.testing.assert_close(scores, mean_of_five(runner, large))
    labels = runner.test_dataloader.dataset.labels
    right = (scores.argmax(1) == labels).double().mean().item()
    found = metrics['five_crops/accuracy/top1']
    assert found == pytest.approx(100 * right)
    again = runner.test_loop.evaluator.evaluate
    assert again.__name__ == 'evaluate'  # as it was


def test_images_one_by_one_are_cropped_in_the_pipeline(tmp_path):
    pipeline = [
        dict(type='ResizeEdge', scale=12),
        dict(type='CenterCrop', crop_size=8),
        dict(type='PackInputs'),
    ]
    runner, metrics, scores = result_of(recipe(tmp_path, pipeline, expand=2))
    assert scores.shape == (50, 10)
    images = torch.cat(
        [
            torch.as_tensor(mmcv_resized(info['img'])).permute(2, 0, 1)[None]
            for info in runner.test_dataloader.dataset.data_list
        ]
    )
    torch.testing.assert_close(scores, mean_of_five(runner, images))


def mmcv_resized(image):
    import mmcv

    return mmcv.imresize(image, (10, 10))


def test_predictions_of_a_batch_and_of_images_are_merged_alike():
    batch = BatchDataSample(gt_label=torch.tensor([0, 1]))
    batch.pred_score = torch.tensor([[0.9, 0.1], [0.8, 0.2]])
    batch.pred_label = torch.tensor([0, 0])
    scores = torch.tensor([[0.3, 0.7], [0.6, 0.4]])
    for outputs in (BatchView(batch), list(BatchView(batch))):
        found = merged(outputs, scores)
        assert [s.pred_label.item() for s in found] == [1, 0]
        assert torch.equal(torch.stack([s.pred_score for s in found]), scores)


def test_a_number_of_pixels_below_one_is_refused(tmp_path):
    with pytest.raises(ValueError, match='`expand` of FiveCropTestLoop'):
        result_of(recipe(tmp_path, expand=0))
