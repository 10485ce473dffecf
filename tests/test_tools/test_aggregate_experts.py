"""The experts from end to end: train one epoch, weigh, test."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from mmpretrain.registry import DATASETS

from mmlt.posthoc.expert_aggregation import (
    AggregationSettings,
    aggregate_experts,
    prepare_aggregation,
    training_images,
)
from mmlt.runs.checkpoint import read_checkpoint
from mmlt.runs.preflight import complete_config

ROOT = Path(__file__).parents[2]


def train(recipe, folder, epochs=1):
    cfg = Config.fromfile(ROOT / recipe)
    cfg.work_dir = str(folder)
    cfg.experiment_name = f'{folder.name}-train'
    cfg.train_cfg.update(max_epochs=epochs, val_interval=epochs)
    cfg.log_level = 'WARNING'
    runner = Runner.from_cfg(complete_config(cfg))
    runner.train()
    return runner


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp('sade')
    train('configs/sade/resnet20_digitslt.py', folder)
    return folder


def arguments(recipe, checkpoint, folder, **kwargs):
    defaults = dict(
        config=str(ROOT / recipe),
        checkpoint=str(checkpoint),
        work_dir=str(folder / 'work'),
        epochs=2,
        batch_size=100,
        out=str(folder / 'out.json'),
    )
    return AggregationSettings(**{**defaults, **kwargs})


def test_weights_are_learned_and_both_tests_reported(trained, capfd):
    recipe = 'configs/sade/resnet20_digitslt.py'
    args = arguments(recipe, trained / 'epoch_1.pth', trained)
    facts = aggregate_experts(args)
    said = ''.join(capfd.readouterr())
    assert 'on the 400 images of the test, without their labels' in said
    assert facts == json.loads((trained / 'out.json').read_text())
    first, last = facts['weights'][0], facts['weights'][-1]
    assert first == pytest.approx([1 / 3] * 3)
    assert sum(last) == pytest.approx(1)
    assert last != first
    for when in ('before', 'after'):
        assert 0 <= facts[when]['accuracy/top1'] <= 100
        assert 'shot/few' in facts[when]
    again = aggregate_experts(args)  # the same random views
    assert again['weights'] == facts['weights']


def test_a_long_tailed_part_of_the_test_set(trained):
    recipe = 'configs/sade/resnet20_digitslt.py'
    args = arguments(
        recipe, trained / 'epoch_1.pth', trained, imbalance_ratio=10, epochs=1
    )
    cfg = prepare_aggregation(args)
    part = cfg.test_dataloader.dataset
    assert part.type == 'LongTailedSubset'
    assert part.ranked_by == training_images(args.checkpoint)
    assert aggregate_experts(args)['weights'][-1] != [1 / 3] * 3


def test_the_largest_class_of_the_part_has_most_training_images(
    trained, tmp_path
):
    content = read_checkpoint(trained / 'epoch_1.pth')
    counts = content['meta']['class_counts']
    shuffled = [counts[c] for c in (3, 9, 0, 5, 1, 8, 2, 7, 4, 6)]
    content['meta']['class_counts'] = shuffled
    path = tmp_path / 'shuffled.pth'
    torch.save(content, path)
    recipe = 'configs/sade/resnet20_digitslt.py'
    cfg = prepare_aggregation(
        arguments(recipe, path, tmp_path, imbalance_ratio=10)
    )
    part = DATASETS.build(cfg.test_dataloader.dataset)
    tested = np.bincount(part.get_gt_labels())
    assert tested.max() == 10 * tested.min()
    assert (np.diff(tested[np.argsort(shuffled)]) >= 0).all()


def test_a_checkpoint_without_counts_ranks_no_classes(trained, tmp_path):
    content = read_checkpoint(trained / 'epoch_1.pth')
    del content['meta']['class_counts']
    torch.save(content, tmp_path / 'bare.pth')
    with pytest.raises(ValueError, match='--imbalance-ratio out'):
        training_images(str(tmp_path / 'bare.pth'))


def test_a_network_of_one_expert_is_refused(tmp_path):
    from mmpretrain.registry import MODELS

    recipe = 'configs/ce/resnet20_digitslt.py'
    model = MODELS.build(Config.fromfile(ROOT / recipe).model)
    path = tmp_path / 'ce.pth'
    torch.save({'state_dict': model.state_dict(), 'meta': {}}, path)
    with pytest.raises(ValueError, match='network of several experts'):
        aggregate_experts(arguments(recipe, path, tmp_path))


def test_ncl_trains_an_epoch_and_its_checkpoint_is_tested(tmp_path):
    runner = train('configs/ncl/resnet20_digitslt.py', tmp_path)
    weights = torch.load(tmp_path / 'epoch_1.pth', weights_only=False)
    assert 'head.expert_weights' in weights['state_dict']
    assert runner.model.head.class_counts.tolist()[0] == 130
