"""Which stages are left to do, and what each starts from."""

import copy

import pytest
import torch

from mmlt.runs import two_stage
from mmlt.runs.recipes import first_stage_recipe, load_recipe
from mmlt.runs.two_stage import plan_stages, warn_of_other_data

CRT = 'crt/resnet20_digitslt'


def stages(tmp_path, **first_stage):
    """Both configs, the folder of the first with the name of its end."""
    options = {f'first_stage.{k}': v for k, v in first_stage.items()}
    second = load_recipe(CRT, options=options)
    first = first_stage_recipe(second)
    second.work_dir, first.work_dir = str(tmp_path), str(tmp_path / 'stage1')
    return first, second


def finish(first, tmp_path, **changed):
    """Leave the last checkpoint of a first stage."""
    folder = tmp_path / 'stage1'
    folder.mkdir()
    begun = copy.deepcopy(first)
    begun.merge_from_dict(changed)
    meta = dict(cfg=begun.pretty_text, epoch=first.train_cfg.max_epochs)
    torch.save({'state_dict': {}, 'meta': meta}, folder / 'epoch_40.pth')
    (folder / 'last_checkpoint').write_text(str(folder / 'epoch_40.pth'))


@pytest.mark.parametrize('resume', [False, True])
def test_the_first_stage_begins_with_what_it_names(resume, tmp_path):
    first, second = stages(tmp_path, load_from='before.pth')
    second.resume = resume
    planned, _ = plan_stages(first, second)
    assert planned.load_from == 'before.pth'
    assert not planned.resume


def test_an_interrupted_one_goes_on_from_its_own(tmp_path):
    first, second = stages(tmp_path, load_from='before.pth')
    finish(first, tmp_path)
    first.train_cfg.max_epochs += 1
    second.resume = True
    planned, _ = plan_stages(first, second)
    assert planned.load_from == str(tmp_path / 'stage1/epoch_40.pth')
    assert planned.resume


@pytest.mark.parametrize(
    ('now', 'key'),
    [
        ({'auto_scale_lr.enable': True}, 'auto_scale_lr'),
        ({'load_from': 'a.pth'}, 'load_from'),
        ({'launcher': 'pytorch', 'sync_bn': 'torch'}, 'sync_bn'),
        (
            {'train_dataloader.num_batch_per_epoch': 3},
            'train_dataloader.num_batch_per_epoch',
        ),
    ],
)
def test_a_finished_one_of_other_settings_is_not_taken(now, key, tmp_path):
    first, second = stages(tmp_path)
    finish(first, tmp_path)
    first.merge_from_dict(now)
    with pytest.raises(ValueError, match=f'these differ: {key}. '):
        plan_stages(first, second)


@pytest.mark.parametrize(
    ('begun', 'now'),
    [
        # rates that are not scaled, one process, and what is gone on from
        ({'auto_scale_lr': None}, {}),
        ({}, {'auto_scale_lr.base_batch_size': 7}),
        ({}, {'sync_bn': 'torch'}),
        ({'load_from': 'stage1/epoch_3.pth', 'resume': True}, {}),
        (
            {'load_from': 'stage1/epoch_3.pth', 'resume': True},
            {'load_from': 'before.pth'},
        ),
    ],
)
def test_a_finished_one_of_the_same_network_is_taken(begun, now, tmp_path):
    first, second = stages(tmp_path)
    finish(first, tmp_path, **begun)
    first.merge_from_dict(now)
    assert plan_stages(first, second) == [second]
    assert second.load_from == str(tmp_path / 'stage1/epoch_40.pth')


def test_where_a_part_is_named_is_no_other_data(tmp_path, monkeypatch):
    """A config of one's own that inherits from a recipe by its name."""
    said = []
    monkeypatch.setattr(
        two_stage, 'print_log', lambda text, **_: said.append(text)
    )
    first, second = stages(tmp_path)
    second.train_dataloader.dataset['_scope_'] = 'mmpretrain'
    warn_of_other_data(first, second)
    assert said == []
    second.train_dataloader.dataset['imbalance_ratio'] = 3
    warn_of_other_data(first, second)
    assert 'The stages train on different data' in said[0]
