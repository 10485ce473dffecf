"""A run of segmentation is planned, recorded and shown like any other."""

import json

import numpy as np
import pytest
from PIL import Image

pytest.importorskip('mmseg')
from mmlt.cli.main import main
from mmlt.reproduce import rows
from mmlt.reproduce.hashes import code_hash, config_hash, training_modules
from mmlt.reproduce.ledger import Row, read_ledger
from mmlt.reproduce.plan import Job, read_plan
from mmlt.reproduce.segmentation import segmentation_table
from mmlt.reproduce.tasks import configs_of, length_of, standing_of, tasks_of

RECIPE = 'vmf_seg/fcn_r18_camvid'
SHORT = {
    'train_cfg.max_iters': 2,
    'train_cfg.val_interval': 2,
    'default_hooks.checkpoint.interval': 2,
    'train_dataloader.batch_size': 2,
}


def write_camvid(folder):
    """Pictures with stripes of all 11 classes."""
    rng = np.random.default_rng(0)
    mask = np.repeat(np.arange(11, dtype=np.uint8), 14)[:, None]
    mask = np.repeat(mask, 160, axis=1)
    for part, number in (('train', 4), ('test', 1)):
        for name in (part, f'{part}annot'):
            (folder / name).mkdir(parents=True)
        for index in range(number):
            image = rng.integers(0, 255, (*mask.shape, 3), dtype=np.uint8)
            Image.fromarray(image).save(folder / part / f'{index}.jpg')
            Image.fromarray(mask).save(folder / f'{part}annot/{index}.png')


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp('camvid')
    write_camvid(folder / 'data')
    places = [
        f'{loader}.dataset.data_root={folder / "data"}'
        for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader')
    ]
    short = [f'{key}={value}' for key, value in SHORT.items()]
    words = ['train', RECIPE, '--work-dir', str(folder / 'run')]
    main([*words, '--seed', '5', '--cfg-options', *places, *short])
    return folder / 'run'


def test_a_row_is_of_the_last_evaluation(run, monkeypatch):
    monkeypatch.setattr(rows, 'is_of_this_code', lambda *_: True)
    row = rows.make_row(run, options=SHORT)
    (file,) = run.glob('*/vis_data/scalars.json')
    last = [
        entry
        for entry in map(json.loads, file.read_text().splitlines())
        if 'pixel/mIoU' in entry
    ][-1]
    assert row.epochs == 2
    assert row.metrics['mIoU'] == round(last['pixel/mIoU'], 4)
    assert row.metrics['train/ECE'] == round(last['pixel/train/ECE'], 4)
    assert row.metrics['IoU/sky'] == round(last['pixel/IoU/sky'], 4)
    assert row.headline == f'mIoU {row.metrics["mIoU"]:.2f}'
    assert row.parameters > 1e6
    assert 'RandomCrop' in row.augmentation

    # it is the run that the plan names
    job = Job(RECIPE, 5, options=SHORT)
    cfg, _ = configs_of(job)
    assert (row.config_hash, row.code_hash) == (
        config_hash(cfg),
        code_hash(cfg),
    )
    (task,) = tasks_of([job], run.parent)
    assert standing_of(task, [row]).state == 'done'
    assert length_of(cfg) == ('iteration', 2)


def test_a_run_that_was_stopped_is_no_row(run, tmp_path, monkeypatch):
    text = (run / 'last_checkpoint').read_text()
    (run / 'last_checkpoint').write_text(text.replace('iter_2', 'iter_1'))
    try:
        with pytest.raises(ValueError, match='2 iterations.*checkpoint of it'):
            rows.make_row(run)
    finally:
        (run / 'last_checkpoint').write_text(text)


def test_the_code_of_the_head_counts():
    cfg, _ = configs_of(Job(RECIPE, 5))
    modules = training_modules(cfg)
    for name in ('vmf_seg_head', 'vmf_conv', 'pixel_metrics'):
        assert f'mmlt.dense.{name}' in modules


def test_the_table_has_a_line_for_each_prior():
    def row(seed, value):
        metrics = {'mIoU': value, 'IoU_tail': 1.0, 'half/mIoU': value + 1}
        return Row('vmf_seg/a', [], seed, 9, metrics)

    lines = segmentation_table([row(1, 40.0), row(2, 42.0)]).splitlines()
    assert lines[2].startswith('| vmf_seg/a | - | 2 | 41.00 ± 1.41 | - |')
    assert '| - / - / 1.00 |' in lines[2]
    assert lines[3].startswith('| vmf_seg/a | half | 2 | 42.00 ± 1.41 |')
    assert segmentation_table([]) == 'No run has ended yet.'


def test_the_plan_and_the_ledger_can_be_read(pytestconfig):
    folder = pytestconfig.rootpath / 'results'
    plan = read_plan(folder / 'segmentation_plan.yaml')
    recipes = {job.recipe for job in plan.jobs}
    assert RECIPE in recipes
    names = {row.recipe for row in read_ledger(folder / 'segmentation.jsonl')}
    assert names <= recipes
    tasks = tasks_of(plan.jobs, folder)
    assert {task.max_epochs for task in tasks} == {4000}
