"""Dump, post-hoc, test-agnostic and area tools, from a work directory."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmlt.cli.main import main
from mmlt.functional import held_out_rows
from mmlt.posthoc.calibrators import CALIBRATORS
from mmlt.posthoc.comparison import compare_calibrators, compare_on_halves
from mmlt.posthoc.held_out import check_fit_split
from mmlt.report.table import markdown_table
from mmlt.runs.dump import load_predictions, save_predictions
from mmlt.runs.preflight import complete_config
from mmlt.runs.splits import split_loader
from mmlt.structures import Predictions

ROOT = Path(__file__).parents[2]
TOOLS = 'tools/analysis_tools'
COUNTS = torch.tensor([500, 200, 101, 60, 20, 12, 8, 5])


def call(tool, *arguments, check=True):
    done = subprocess.run(
        [sys.executable, f'{TOOLS}/{tool}.py', *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if check:
        assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Work directory of two epochs of FCC on digits, a part held out."""
    cfg = Config.fromfile(ROOT / 'configs/fcc/resnet20_digitslt.py')
    cfg.work_dir = str(tmp_path_factory.mktemp('posthoc') / 'run')
    cfg.experiment_name = 'posthoc-train'
    cfg.train_cfg = dict(by_epoch=True, max_epochs=2, val_interval=2)
    cfg.param_scheduler = []
    cfg.model.neck[1].begin = 0
    cfg.log_level = 'WARNING'
    cfg.train_dataloader.dataset = dict(
        type='HeldOutSplit',
        part='train',
        fraction=0.3,
        dataset=cfg.train_dataloader.dataset,
    )
    runner = Runner.from_cfg(complete_config(cfg))
    runner.train()
    metrics = runner.val_loop.run()
    folder = Path(cfg.work_dir)
    (folder / 'top1.txt').write_text(str(metrics['accuracy/top1']))
    return folder


def synthetic(split, seed, n_of=None, checkpoint='same'):
    """Predictions of a network that is too sure of itself."""
    generator = torch.Generator().manual_seed(seed)
    counts = COUNTS // 4 if n_of is None else torch.full((8,), n_of)
    labels = torch.arange(8).repeat_interleave(counts)
    logits = torch.randn(len(labels), 8, generator=generator)
    logits[torch.arange(len(labels)), labels] += 1.5
    logits = 3 * (logits + COUNTS.log() / 2)
    return Predictions(
        logits=logits,
        labels=labels,
        class_counts=COUNTS,
        meta=dict(
            split=split, checkpoint_hash=checkpoint, model_prior='train'
        ),
        bias=COUNTS.log(),
        weight_norm=torch.linspace(2, 1, 8),
        kappa=torch.linspace(2, 1, 8),
        overlap=torch.linspace(0.2, 0.4, 8),
    )


def test_a_dump_is_what_the_test_says(trained, tmp_path):
    out = tmp_path / 'test.npz'
    done = call(
        'dump_predictions', trained, '--split', 'test', '--features',
        '--out', out,
    )  # fmt: skip
    assert '400 images of test' in done.stdout
    got = load_predictions(out)
    top1 = 100 * (got.logits.argmax(1) == got.labels).double().mean()
    expected = float((trained / 'top1.txt').read_text())
    assert top1.item() == pytest.approx(expected, abs=1e-4)
    # logits are W f + b of what else is there
    weights = torch.load(trained / 'epoch_2.pth', weights_only=False)
    weights = weights['state_dict']
    torch.testing.assert_close(got.bias, weights['head.fc.bias'])
    logits = got.features @ weights['head.fc.weight'].T + got.bias
    torch.testing.assert_close(got.logits, logits, rtol=1e-4, atol=1e-4)
    norm = weights['head.fc.weight'].norm(dim=1)
    torch.testing.assert_close(got.weight_norm, norm)
    assert got.tau[0] > got.tau[-1] > 1
    assert got.meta['model_prior'] == 'train'
    assert got.meta['head'] == 'LinearClsHead'


def test_a_work_directory_is_enough(trained, tmp_path):
    out = tmp_path / 'table.json'
    done = call(
        'posthoc', trained, '--calibrators', 'none', 'temperature',
        'shot_matched', '--out', out, tmp_path / 'table.md',
    )  # fmt: skip
    assert '| temperature ' in done.stdout
    table = json.loads(out.read_text())
    rows = {row['calibrator']: row for row in table['rows']}
    assert rows['none']['acc'] == rows['temperature']['acc']
    assert set(rows) == {'none', 'temperature', 'shot_matched'}
    assert 'log_temperature' in table['parameters']['temperature']
    assert (trained / 'predictions_held-out.npz').is_file()
    fit = load_predictions(trained / 'predictions_held-out.npz')
    # 438 images, three tenths of each class
    assert 'images of held-out' in table['fitted on']
    assert 120 < len(fit.labels) < 145
    # of its own, from the network
    (trained / 'predictions_test.npz').unlink()
    done = call('test_agnostic', trained, '--ratios', 10, 2)
    lines = done.stdout.splitlines()
    names = [line.split('|')[1].strip() for line in lines[2:7]]
    assert names == [
        *('forward-10', 'forward-2', 'uniform', 'backward-2', 'backward-10')
    ]
    done = call('misclassified_area', trained, '--per-class')
    assert '| train ' in done.stdout
    assert 'class 9' in done.stdout


def test_held_out_and_trained_images_are_the_training_set(trained):
    cfg = Config.fromfile(trained / 'resnet20_digitslt.py')
    parts = []
    for split in ('train', 'held-out'):
        dataset = split_loader(cfg, split)['dataset']
        parts.append(dataset['part'])
    assert parts == ['train', 'held_out']


def test_a_validation_set_that_is_the_test_set_is_refused(trained, tmp_path):
    done = call(
        'dump_predictions', trained, '--split', 'val', '--out',
        tmp_path / 'a.npz', check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert 'has the test images' in done.stderr
    assert 'Traceback' not in done.stderr


def test_the_test_set_is_not_fitted_on(tmp_path):
    test, path = synthetic('test', 0, 50), tmp_path / 'test.npz'
    save_predictions(test, path)
    arguments = ('--fit', path, '--eval', path, '--calibrators', 'none')
    done = call('posthoc', *arguments, check=False)
    assert done.returncode == 1
    assert '--i-know-this-is-the-test-set' in done.stderr
    done = call('posthoc', *arguments, '--i-know-this-is-the-test-set')
    assert 'fitted on: 400 images of test' in done.stdout


def test_a_run_is_not_fitted_on_its_test_set(trained):
    done = call('posthoc', trained, '--fit-split', 'test', check=False)
    assert done.returncode == 1
    assert '--i-know-this-is-the-test-set' in done.stderr
    done = call(
        'posthoc', trained, '--fit-split', 'test', '--calibrators', 'none',
        '--i-know-this-is-the-test-set',
    )  # fmt: skip
    assert 'fitted on: 400 images of test' in done.stdout


def test_what_may_be_fitted_on():
    held, test = synthetic('held-out', 1), synthetic('test', 0, 50)
    check_fit_split(held, test)
    check_fit_split(synthetic('val', 1), test)
    with pytest.raises(ValueError, match='trained on'):
        check_fit_split(synthetic('train', 1), test)
    with pytest.raises(ValueError, match='reported on'):
        check_fit_split(held, held)
    other = synthetic('test', 0, 50, checkpoint='other')
    with pytest.raises(ValueError, match='one checkpoint'):
        check_fit_split(held, other)


@pytest.mark.parametrize('name', CALIBRATORS)
def test_every_calibrator_helps_a_network_that_is_too_sure(name):
    held, test = synthetic('held-out', 1), synthetic('test', 2, 200)
    fitted = CALIBRATORS[name](held)
    out = fitted.transform(test.logits)
    assert out.dtype == torch.float64
    nll = torch.nn.functional.cross_entropy
    before = nll(test.logits.double(), test.labels)
    after = nll(out, test.labels)
    if name == 'none':
        assert after == before
    else:
        assert after < before
    json.dumps(fitted.parameters)


def test_calibrators_say_what_they_cannot_do():
    held = synthetic('held-out', 1)
    held.meta['model_prior'] = 'uniform'
    held.weight_norm = held.kappa = held.overlap = None
    for name in ('logit_adjustment', 'tau_norm', 'overlap_temperature'):
        assert CALIBRATORS[name](held) is None
    assert CALIBRATORS['kappa_temperature'](held) is None


def test_a_class_without_training_images_has_no_logarithm():
    held = synthetic('held-out', 1)
    held.class_counts = held.class_counts.clone()
    held.class_counts[6] = 0
    for name in (
        'logit_adjustment', 'prior_temperature', 'count_temperature',
        'shot_matched', 'shot_matched_free',
    ):  # fmt: skip
        with pytest.raises(ValueError, match='class 6 has none'):
            CALIBRATORS[name](held)
    for name in ('none', 'temperature', 'vector_balanced', 'tau_norm'):
        out = CALIBRATORS[name](held).transform(held.logits)
        assert out.isfinite().all()


def test_tables_show_nan_as_a_dash():
    text = markdown_table(
        [{'a': 'x', 'b': float('nan')}, {'a': 'y', 'b': 2.0}]
    )
    assert text.splitlines()[2] == '| x |    - |'


def test_halves_fit_on_the_images_that_they_do_not_report_on():
    names = ['none', 'temperature', 'vector']
    whole = synthetic('test', 1, n_of=21)
    rows, left_out = compare_on_halves(whole, names, seed=3)
    assert left_out == {}
    chosen = torch.zeros(len(whole.labels), dtype=torch.bool)
    chosen[held_out_rows(whole.labels.numpy(), 0.5, 3)] = True
    sizes = [whole.labels[part].bincount() for part in (chosen, ~chosen)]
    assert (sizes[0] - sizes[1]).abs().max() <= 1
    parts = [
        replace(whole, logits=whole.logits[p], labels=whole.labels[p])
        for p in (chosen, ~chosen)
    ]
    tables = [
        compare_calibrators(*pair, names)[0] for pair in (parts, parts[::-1])
    ]
    for row, *both in zip(rows, *tables, strict=True):
        assert row['calibrator'] == both[0]['calibrator']
        mean = (both[0]['NLL few'] + both[1]['NLL few']) / 2
        assert row['NLL few'] == pytest.approx(mean, rel=1e-12)
    # fitted on the images themselves, a calibrator with 16 numbers wins more
    known = compare_calibrators(whole, whole, names)[0]
    assert known[2]['NLL'] < rows[2]['NLL']


def test_halves_of_a_run_are_a_command(tmp_path, capsys):
    path = tmp_path / 'p.npz'
    save_predictions(synthetic('test', 1, n_of=400), path)
    table = tmp_path / 'table.json'
    words = ['posthoc', str(path), '--halves', '--calibrators', 'temperature']
    assert main([*words, '--out', str(table)]) == 0
    assert 'no result of a method' in capsys.readouterr().out
    assert json.loads(table.read_text())['rows'][0]['ECE'] < 10
    with pytest.raises(SystemExit):
        main(['posthoc', '--halves', '--fit', str(path)])
    assert 'name a work directory' in capsys.readouterr().err
