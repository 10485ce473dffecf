"""The tool from end to end: train, calibrate, test, and what it refuses."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import MODELS
from mmengine.runner import Runner

from mmlt.functional import calibrated_concentration, vmf_overlap
from mmlt.posthoc.calibrated_checkpoint import (
    OverlapSettings,
    calibrate_checkpoint,
)
from mmlt.runs.preflight import complete_config
from mmlt.runs.recipes import load_recipe

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / 'configs/vmf/resnet20_digitslt.py'
COUNTS = [104, 74, 53, 38, 27, 19, 14, 10, 7, 5]


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Work directory of two epochs of the recipe, concentrations spread."""
    cfg = load_recipe(RECIPE, ['held-out'])
    cfg.work_dir = str(tmp_path_factory.mktemp('calibrate'))
    cfg.experiment_name = 'calibrate-train'
    cfg.train_cfg.max_epochs = 2
    cfg.train_cfg.val_interval = 2
    cfg.param_scheduler = []
    cfg.log_level = 'WARNING'
    cfg.model.head.init_kappa_std = 1.0
    cfg.model.head.aux_losses = [
        dict(type='InterClassDiscrepancyLoss'),
        dict(type='ClassFeatureConsistencyLoss'),
    ]
    runner = Runner.from_cfg(complete_config(cfg))
    runner.train()
    path = Path(cfg.work_dir) / 'recipe.py'
    path.write_text(cfg.pretty_text)
    return Path(cfg.work_dir)


def arguments(config, checkpoint, out, **kwargs):
    return OverlapSettings(
        config=str(config),
        checkpoint=str(checkpoint),
        out=str(out),
        **{'device': 'cpu', **kwargs},
    )


def calibrate(work_dir, out, **kwargs):
    args = arguments(
        work_dir / 'recipe.py', work_dir / 'epoch_2.pth', out, **kwargs
    )
    return calibrate_checkpoint(args, MMLogger.get_instance('calibrate-test'))


def evaluated(config, checkpoint, name):
    """Metrics and predictions of a config and its checkpoint."""
    cfg = Config.fromfile(config)
    cfg.load_from = str(checkpoint)
    cfg.work_dir = str(Path(checkpoint).parent / name)
    cfg.experiment_name = name
    cfg.log_level = 'WARNING'
    runner = Runner.from_cfg(complete_config(cfg))
    return runner.test(), runner.model


def test_train_calibrate_test_by_the_command_line(trained, tmp_path):
    """The tools as a user runs them, with alpha chosen."""
    out = tmp_path / 'deep' / 'calibrated'
    run = subprocess.run(
        [
            *(sys.executable, 'tools/calibrate_overlap.py'),
            *(trained / 'recipe.py', trained / 'epoch_2.pth', '--out', out),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    log = run.stdout + run.stderr
    # 438 images, about a fifth of each class, unseen in this recipe
    assert 'on 87 images held out of the training set' in log
    assert 'was trained on these images' not in log
    test = subprocess.run(
        [
            *(sys.executable, 'tools/test.py', f'{out}.py', f'{out}.pth'),
            *('--work-dir', tmp_path / 'test', '--out-item', 'metrics'),
            *('--out', tmp_path / 'metrics.json'),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert test.returncode == 0, test.stderr
    metrics = json.loads((tmp_path / 'metrics.json').read_text())
    assert 0 < metrics['overlap/mean'] < 100
    assert 0 < metrics['accuracy/top1'] <= 100


def test_alpha_one_gives_the_metrics_of_the_original(trained, tmp_path):
    calibrate(trained, tmp_path / 'one', alpha=1.0)
    before, _ = evaluated(
        trained / 'recipe.py', trained / 'epoch_2.pth', 'before'
    )
    after, model = evaluated(
        tmp_path / 'one.py', tmp_path / 'one.pth', 'after'
    )
    assert type(model.head).__name__ == 'CalibratedClsHead'
    assert before.keys() == after.keys()
    for key, value in before.items():
        assert after[key] == pytest.approx(value, rel=1e-4, nan_ok=True), key


def test_what_is_written_is_the_formula(trained, tmp_path):
    facts = calibrate(trained, tmp_path / 'half', alpha=0.5)
    checkpoint = torch.load(tmp_path / 'half.pth', weights_only=False)
    original = torch.load(trained / 'epoch_2.pth', weights_only=False)
    assert checkpoint['meta']['class_counts'] == COUNTS
    assert checkpoint['meta']['overlap_calibration'] == facts
    assert facts['alpha'] == 0.5
    assert 'optimizer' not in checkpoint

    raw = original['state_dict']['head.kappa_raw'].double()
    kappa = raw.exp().log1p()
    mu = torch.nn.functional.normalize(
        original['state_dict']['head.fc.weight'].double(), dim=1
    )
    op = vmf_overlap(kappa, mu).mean(1)
    moved = (op - op.min()) / (op.max() - op.min())
    moved = moved * (kappa.max() - kappa.min()) + kappa.min()
    torch.testing.assert_close(
        checkpoint['state_dict']['head.kappa'].double(),
        (kappa * moved).sqrt(),
        rtol=1e-6,
        atol=0,
    )
    same = {
        key: value
        for key, value in original['state_dict'].items()
        if not key.startswith('head.')
    }
    assert same
    for key, value in same.items():
        assert torch.equal(checkpoint['state_dict'][key], value), key
    assert 'calibrate_overlap.py' in (tmp_path / 'half.py').read_text()


def test_no_test_image_is_looked_at(trained, tmp_path, monkeypatch):
    from mmlt.datasets import DigitsLT

    loaded = []
    original = DigitsLT.load_arrays

    def load_arrays(self):
        loaded.append(self.split)
        return original(self)

    monkeypatch.setattr(DigitsLT, 'load_arrays', load_arrays)
    calibrate(trained, tmp_path / 'chosen', criterion='nll')
    assert set(loaded) == {'train'}


def test_images_that_were_trained_on_are_said_to_be(trained, tmp_path):
    cfg = Config.fromfile(trained / 'recipe.py')
    cfg.train_dataloader.dataset = cfg.train_dataloader.dataset.dataset
    (tmp_path / 'whole.py').write_text(cfg.pretty_text)
    lines = []

    class Logger:
        def info(self, text):
            lines.append(text)

        warning = info

    args = arguments(
        tmp_path / 'whole.py', trained / 'epoch_2.pth', tmp_path / 'out'
    )
    calibrate_checkpoint(args, Logger())
    assert any('was trained on these images' in line for line in lines)


def untrained(tmp_path, head):
    """A config and a checkpoint of another head, never trained."""
    cfg = Config.fromfile(ROOT / 'configs/ce/resnet20_digitslt.py')
    cfg.model.head.update(head)
    model = MODELS.build(cfg.model)
    with torch.no_grad():
        model.head.fc.weight *= torch.linspace(1, 9, 10)[:, None]
    meta = dict(class_counts=[130, 93, 66, 47, 34, 24, 17, 12, 9, 6])
    torch.save(
        dict(meta=meta, state_dict=model.state_dict()), tmp_path / 'net.pth'
    )
    (tmp_path / 'net.py').write_text(cfg.pretty_text)
    return tmp_path / 'net.py', tmp_path / 'net.pth'


@pytest.mark.parametrize(
    'head', ['LinearClsHead', 'TauNormClsHead', 'CausalClsHead']
)
def test_other_heads_are_converted(head, tmp_path):
    # of a linear checkpoint, all of them
    config, checkpoint = untrained(tmp_path, dict(type='LinearClsHead'))
    cfg = Config.fromfile(config)
    cfg.model.head.type = head
    config.write_text(cfg.pretty_text)
    out = tmp_path / 'out'
    calibrate_checkpoint(
        arguments(config, checkpoint, out, alpha=0.6),
        MMLogger.get_instance('calibrate-test'),
    )
    metrics, model = evaluated(f'{out}.py', f'{out}.pth', head)
    assert metrics['accuracy/top1'] >= 0
    assert model.head.normalizes_features == (head == 'CausalClsHead')
    weights = torch.load(checkpoint, weights_only=False)['state_dict']
    norm = weights['head.fc.weight'].norm(dim=1)
    kappa = {
        'LinearClsHead': norm,
        'TauNormClsHead': norm**0.3,
        'CausalClsHead': norm / (norm + 1 / 16),
    }[head]
    mu = weights['head.fc.weight'].double() / norm[:, None]
    overlap = vmf_overlap(kappa.double(), mu).mean(1)
    torch.testing.assert_close(
        model.head.kappa,
        calibrated_concentration(kappa.double(), overlap, 0.6).float(),
    )
    expected = weights['head.fc.bias'] if head == 'LinearClsHead' else 0
    assert (model.head.bias == expected).all()


def refusal(config, checkpoint, out, **kwargs):
    with pytest.raises((OSError, TypeError, ValueError)) as caught:
        calibrate_checkpoint(
            arguments(config, checkpoint, out, **kwargs),
            MMLogger.get_instance('calibrate-test'),
        )
    return str(caught.value)


def test_nothing_is_overwritten(trained, tmp_path):
    for suffix in ('.pth', '.py'):
        out = tmp_path / f'out{suffix[1:]}'
        Path(f'{out}{suffix}').write_text('mine')
        message = refusal(
            trained / 'recipe.py', trained / 'epoch_2.pth', out, alpha=0.5
        )
        assert 'nothing is overwritten' in message
        assert Path(f'{out}{suffix}').read_text() == 'mine'
    assert len(list(tmp_path.iterdir())) == 2


def test_bad_input_is_refused_and_nothing_written(trained, tmp_path):
    config, checkpoint = trained / 'recipe.py', trained / 'epoch_2.pth'
    out = tmp_path / 'out'
    for alpha in (-0.1, 1.5, float('nan')):
        assert '`alpha` to be a number in [0, 1]' in refusal(
            config, checkpoint, out, alpha=alpha
        )
    assert 'but got 7' in refusal(config, checkpoint, out, alphas=[0.5, 7])
    assert '`fraction`' in refusal(
        untrained(tmp_path, {})[0], tmp_path / 'net.pth', out, fraction=2
    )
    missing = refusal(config, tmp_path / 'none.pth', out, alpha=0.5)
    assert 'none.pth does not exist' in missing
    folder = refusal(config, checkpoint, tmp_path, alpha=0.5)
    assert 'is a folder' in folder
    assert 'config file' in refusal(tmp_path / 'no.py', checkpoint, out)
    assert not list(tmp_path.glob('out*'))


def test_a_checkpoint_without_the_classifier_is_refused(trained, tmp_path):
    content = torch.load(trained / 'epoch_2.pth', weights_only=False)
    out = tmp_path / 'out'
    for key, match in (
        ('head.kappa_raw', r'\(missing: head.kappa_raw\)'),
        ('head.', 'missing: .*head.*Is it .* another config'),
    ):
        weights = {
            k: v
            for k, v in content['state_dict'].items()
            if not k.startswith(key)
        }
        torch.save({'state_dict': weights}, tmp_path / 'part.pth')
        message = refusal(
            trained / 'recipe.py', tmp_path / 'part.pth', out, alpha=0.5
        )
        assert re.search(match, message), message
    weights = dict(content['state_dict'])
    weights['head.fc.weight'] = torch.zeros(12, 64)
    torch.save({'state_dict': weights}, tmp_path / 'part.pth')
    assert '(12, 64)' in refusal(
        trained / 'recipe.py', tmp_path / 'part.pth', out, alpha=0.5
    )
    assert not list(tmp_path.glob('out*'))


def test_a_head_that_cannot_be_converted_is_refused(tmp_path):
    config, checkpoint = untrained(tmp_path, {})
    cfg = Config.fromfile(config)
    cfg.model.head = dict(
        type='ArcFaceClsHead', num_classes=10, in_channels=64
    )
    model = MODELS.build(cfg.model)
    torch.save({'state_dict': model.state_dict()}, checkpoint)
    config.write_text(cfg.pretty_text)
    message = refusal(config, checkpoint, tmp_path / 'out', alpha=0.5)
    assert 'but got ArcFaceClsHead' in message
    assert not list(tmp_path.glob('out*'))


def test_diverged_weights_are_refused(trained, tmp_path):
    content = torch.load(trained / 'epoch_2.pth', weights_only=False)
    content['state_dict']['head.kappa_raw'][4] = float('nan')
    torch.save(content, tmp_path / 'nan.pth')
    message = refusal(
        trained / 'recipe.py', tmp_path / 'nan.pth', tmp_path / 'out'
    )
    assert 'head.kappa_raw has nan' in message
    assert not list(tmp_path.glob('out*'))


def test_an_error_is_one_line_on_the_command_line(tmp_path):
    run = subprocess.run(
        [
            *(sys.executable, 'tools/calibrate_overlap.py', RECIPE),
            *('none.pth', '--out', tmp_path / 'out'),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert 'error: Expected a checkpoint file, but none.pth' in run.stderr
    assert 'Traceback' not in run.stderr
