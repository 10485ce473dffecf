"""tools/train.py on recipes of two stages: on a part of the digits."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmlt.cli.main import main
from mmlt.reproduce.rows import last_evaluation
from mmlt.runs.folder import noted_checkpoint

ROOT = Path(__file__).parents[2]
DATA = [
    'train_dataloader.dataset.indices=96',
    'val_dataloader.dataset.indices=50',
    'test_dataloader.dataset.indices=50',
]
BOTH = [*DATA, *(f'first_stage.{option}' for option in DATA)]


@pytest.fixture
def train(monkeypatch, capfd):
    """Call tools/train.py; returns what it wrote, or its error."""
    monkeypatch.chdir(ROOT)
    # these take longer than the training
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)
    monkeypatch.setattr('gc.collect', lambda *_: 0)
    monkeypatch.setattr(
        'yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, True)
    )

    def call(config, work_dir, epochs, *options, resume=(), data=BOTH):
        argv = [config, '--work-dir', work_dir]
        argv += [*resume, '--cfg-options', *data, *options]
        if epochs is not None:
            argv += [f'train_cfg.max_epochs={epochs}']
        capfd.readouterr()
        main(['train', *argv])
        out, err = capfd.readouterr()
        return out + err

    return call


def recipe(method):
    return f'configs/{method}/resnet20_digitslt.py'


def stage1_of(epochs):
    return f'first_stage.train_cfg.max_epochs={epochs}'


def weights(path):
    checkpoint = torch.load(path, map_location='cpu', weights_only=False)
    return checkpoint['state_dict']


def differing(path, other):
    a, b = weights(path), weights(other)
    return {k for k in a.keys() & b.keys() if not torch.equal(a[k], b[k])}


def is_statistic(name):
    return name.endswith(('running_mean', 'running_var', 'batches_tracked'))


def test_crt_trains_a_new_classifier_on_the_network_of_stage_1(
    train, tmp_path
):
    log = train(recipe('crt'), tmp_path, 2, stage1_of(1))
    first, second = tmp_path / 'stage1/epoch_1.pth', tmp_path / 'epoch_2.pth'
    assert log.index('Result after epoch 1') < log.index(
        'Result after epoch 2'
    )
    changed = differing(first, second)
    assert {'head.fc.weight', 'head.fc.bias'} <= changed
    rest = changed - {'head.fc.weight', 'head.fc.bias'}
    assert rest
    assert all(map(is_statistic, rest))
    assert 'head: not from the checkpoint, new.' in log

    # resumed in stage 2: the classifier goes on, to the same last bit
    part = tmp_path / 'part'
    train(recipe('crt'), part, 1, stage1_of(1))
    before = (part / 'stage1/epoch_1.pth').stat().st_mtime_ns
    log = train(recipe('crt'), part, 2, stage1_of(1), resume=['--resume'])
    assert 'resumed epoch: 1' in log
    assert 'not from the checkpoint' not in log
    assert differing(second, part / 'epoch_2.pth') == set()
    assert (part / 'stage1/epoch_1.pth').stat().st_mtime_ns == before


def test_the_new_classifier_is_that_of_the_seed(train, tmp_path):
    """At learning rate 0: nothing of stage 1 is left in it."""
    still = ['optim_wrapper.optimizer.lr=0', stage1_of(1)]
    train(recipe('crt'), tmp_path / 'a', 1, *still)
    hooks = Config.fromfile(recipe('crt')).custom_hooks
    last = len(hooks) - 1
    assert hooks[last].type == 'FreshPartsHook'
    off = f'custom_hooks.{last}.parts=[]'
    train(recipe('crt'), tmp_path / 'b', 1, *still, off)
    new, kept = (weights(tmp_path / d / 'epoch_1.pth') for d in 'ab')
    first = weights(tmp_path / 'a/stage1/epoch_1.pth')
    for name in ('head.fc.weight', 'head.fc.bias'):
        assert torch.equal(kept[name], first[name])
        assert not torch.isclose(new[name], first[name]).all()
        assert new[name].abs().max() <= 1 / 8  # torch's bound, 1/sqrt(64)


def test_the_statistics_can_be_kept_too(train, tmp_path):
    train(recipe('crt'), tmp_path, 1, stage1_of(1), 'model.norm_eval=True')
    changed = differing(
        tmp_path / 'stage1/epoch_1.pth', tmp_path / 'epoch_1.pth'
    )
    assert changed == {'head.fc.weight', 'head.fc.bias'}


def test_lws_learns_the_scales_alone(train, tmp_path):
    train(recipe('lws'), tmp_path, 1, stage1_of(1))
    first, second = tmp_path / 'stage1/epoch_1.pth', tmp_path / 'epoch_1.pth'
    assert all(map(is_statistic, differing(first, second)))
    assert 'head.scale' not in weights(first)
    scale = weights(second)['head.scale']
    assert scale.shape == (10,)
    assert not torch.isclose(scale, torch.ones(10)).any()


def test_tau_norm_trains_stage_1_and_tests(train, tmp_path):
    log = train(recipe('tau_norm'), tmp_path, None, stage1_of(1))
    assert 'Result after epoch 1' in log
    assert log.index('Result test (percent)') > log.index('Result after epoch')
    # a run like others: the network that was tested, and its numbers
    kept = tmp_path / 'epoch_0.pth'
    assert noted_checkpoint(tmp_path) == kept
    first = weights(tmp_path / 'stage1/epoch_1.pth')
    assert all(torch.equal(weights(kept)[k], v) for k, v in first.items())
    metrics, epoch = last_evaluation(tmp_path)
    assert epoch == 0
    assert f'{metrics["accuracy/top1"]:.2f}' in log.splitlines()[-3]
    # again: nothing but the test, with the same numbers
    again = train(recipe('tau_norm'), tmp_path, None, stage1_of(1))
    assert 'Result after epoch' not in again
    assert again.strip().splitlines()[-3] == log.strip().splitlines()[-3]
    # tau = 0 is the classifier of stage 1 as it is
    zero = train(
        recipe('tau_norm'), tmp_path, None, stage1_of(1), 'model.head.tau=0'
    )
    table = log[log.index('Result after epoch 1') :].splitlines()
    assert zero.strip().splitlines()[-3] == table[3]


def test_dive_learns_from_the_network_of_stage_1(train, tmp_path):
    """The student begins anew, and its teacher is that of stage 1."""
    log = train(recipe('dive'), tmp_path, 2, stage1_of(1))
    assert 'Loaded from' not in log
    teacher, second = tmp_path / 'stage1/epoch_1.pth', tmp_path / 'epoch_2.pth'
    assert 'head.fc.weight' in differing(teacher, second)
    cfg = Config.fromfile(tmp_path / 'resnet20_digitslt.py')
    assert cfg.model.teacher_checkpoint == str(teacher)

    # stopped in either stage: it goes on to the same last bit
    part = tmp_path / 'part'
    train(recipe('dive'), part, 1, stage1_of(1))
    before = (part / 'stage1/epoch_1.pth').stat().st_mtime_ns
    log = train(recipe('dive'), part, 2, stage1_of(1), resume=['--resume'])
    assert 'resumed epoch: 1' in log
    assert differing(second, part / 'epoch_2.pth') == set()
    assert (part / 'stage1/epoch_1.pth').stat().st_mtime_ns == before
    early = tmp_path / 'early'
    train(recipe('bsce'), early / 'stage1', 1, data=DATA)
    train(recipe('dive'), early, 2, stage1_of(1), resume=['--resume'])
    assert differing(second, early / 'epoch_2.pth') == set()

    # other settings than those of the finished one, and what to do then
    with pytest.raises(SystemExit, match=f'model.teacher_ch.*={teacher}'):
        train(
            recipe('dive'),
            tmp_path,
            3,
            stage1_of(1),
            'first_stage.optim_wrapper.optimizer.lr=1',
            resume=['--restart'],
        )

    # a key that nothing reads is said before the first stage is trained
    wrong = tmp_path / 'wrong'
    option = 'first_stage.checkpoint_key=model.teacher'
    with pytest.raises(SystemExit, match='teacher'):
        train(recipe('dive'), wrong, 1, stage1_of(1), f'{option}_weights')
    assert not list(wrong.rglob('*.pth'))

    # a checkpoint that is named takes its place, and need not be repeated
    named = tmp_path / 'named'
    option = f'model.teacher_checkpoint={teacher}'
    train(recipe('dive'), named, 2, option)
    assert not (named / 'stage1').exists()
    assert differing(second, named / 'epoch_2.pth') == set()


class TestFirstStage:
    def test_a_finished_one_is_not_repeated(self, train, tmp_path):
        stage1 = tmp_path / 'stage1'
        train(recipe('ce'), stage1, 1, data=DATA)
        before = (stage1 / 'epoch_1.pth').stat().st_mtime_ns
        log = train(recipe('crt'), tmp_path, 1, stage1_of(1))
        assert 'Stage 1 is finished' in log
        assert (stage1 / 'epoch_1.pth').stat().st_mtime_ns == before

    def test_an_interrupted_one_is_resumed(self, train, tmp_path):
        whole, part = tmp_path / 'whole', tmp_path / 'part'
        train(recipe('crt'), whole, 1, stage1_of(2))
        train(recipe('ce'), part / 'stage1', 1, data=DATA)
        log = train(recipe('crt'), part, 1, stage1_of(2), resume=['--resume'])
        assert 'resumed epoch: 1' in log
        for name in ('stage1/epoch_2.pth', 'epoch_1.pth'):
            assert differing(whole / name, part / name) == set()
        # the same by the name of the checkpoint; what the second stage left
        # would be written over
        named = ['--resume', part / 'stage1/epoch_1.pth']
        with pytest.raises(SystemExit, match=f'{part} to hold no checkpoint'):
            train(recipe('crt'), part, 1, stage1_of(2), resume=named)
        (part / 'epoch_1.pth').rename(part / 'kept.pth')
        log = train(recipe('crt'), part, 1, stage1_of(2), resume=named)
        assert 'resumed epoch: 1' in log
        assert 'Epoch(train)  [2]' in log or 'Epoch(train) [2]' in log

    def test_an_interrupted_one_is_not_written_over(self, train, tmp_path):
        stage1 = tmp_path / 'stage1'
        train(recipe('ce'), stage1, 1, data=DATA)
        before = (stage1 / 'epoch_1.pth').read_bytes()
        with pytest.raises(SystemExit, match='left epoch_1.pth.*--resume'):
            train(recipe('crt'), tmp_path, 1, stage1_of(2))
        assert (stage1 / 'epoch_1.pth').read_bytes() == before
        log = train(
            recipe('crt'), tmp_path, 1, stage1_of(2), resume=['--restart']
        )
        assert 'resumed epoch' not in log
        assert (stage1 / 'epoch_2.pth').exists()
        (moved,) = stage1.glob('earlier/*/epoch_1.pth')
        assert moved.read_bytes() == before

    def test_one_of_other_settings_is_not_taken_silently(
        self, train, tmp_path
    ):
        stage1 = tmp_path / 'stage1'
        train(
            recipe('ce'), stage1, 1, 'optim_wrapper.optimizer.lr=1', data=DATA
        )
        with pytest.raises(SystemExit) as error:
            train(recipe('crt'), tmp_path, 1, stage1_of(1))
        message = str(error.value)
        assert message.startswith('error: Expected the finished stage 1')
        assert 'these differ: optim_wrapper. ' in message
        assert f'load_from={stage1}/epoch_1.pth' in message

    def test_one_of_other_hooks_is_not_taken_silently(self, train, tmp_path):
        stage1 = tmp_path / 'stage1'
        train(recipe('ce'), stage1, 1, data=DATA)
        with pytest.raises(SystemExit, match='these differ: custom_hooks. '):
            train(
                recipe('crt'),
                tmp_path,
                1,
                stage1_of(1),
                resume=[
                    *('--with', 'ema'),
                ],
            )

    def test_a_checkpoint_takes_its_place(self, train, tmp_path):
        train(recipe('ce'), tmp_path / 'a', 1, data=DATA)
        named = f'load_from={tmp_path}/a/epoch_1.pth'
        # stopped before its first checkpoint: nothing to resume
        train(recipe('crt'), tmp_path / 'b', 1, named, resume=['--resume'])
        assert not (tmp_path / 'b/stage1').exists()
        changed = differing(
            tmp_path / 'a/epoch_1.pth', tmp_path / 'b/epoch_1.pth'
        )
        assert 'head.fc.weight' in changed
        assert 'backbone.conv1.weight' not in changed

    def test_other_data_than_the_seconds_is_said(self, train, tmp_path):
        log = train(recipe('crt'), tmp_path, 1, stage1_of(1), data=DATA)
        assert 'The stages train on different data' in log

    @pytest.mark.parametrize(
        ('option', 'message'),
        [
            ('first_stage.config=../ce/no.py', 'resnet20_digitslt.py'),
            ('first_stage.config=mmlt::ce/no.py', 'ce/no.py is neither'),
            ('first_stage.config=none::ce/no.py', 'none::ce/no.py is none'),
            ('first_stage=1', 'Expected `first_stage` to be dict\\(config='),
            ('load_from=no.pth', 'no.pth does not exist'),
        ],
    )
    def test_a_wrong_one_is_a_readable_error(
        self, train, tmp_path, option, message
    ):
        with pytest.raises(SystemExit, match=message) as error:
            train(recipe('crt'), tmp_path / 'run', 1, option, data=DATA)
        assert str(error.value).startswith('error: ')
        assert not (tmp_path / 'run').exists()

    def test_a_relative_one_starts_at_the_config(self, train, tmp_path):
        path = tmp_path / 'mine.py'
        path.write_text(
            f"_base_ = '{ROOT}/{recipe('tau_norm')}'\n"
            "first_stage = dict(config='first.py')\n"
        )
        (tmp_path / 'first.py').write_text(
            f"_base_ = '{ROOT}/{recipe('ce')}'\n"
        )
        train(path, tmp_path / 'run', None, stage1_of(1))
        assert (tmp_path / 'run/stage1/epoch_1.pth').exists()


@pytest.mark.parametrize(
    ('method', 'epochs'),
    [('crt', 1), ('lws', 1), ('tau_norm', 1), ('tau_norm', 0)],
)
def test_a_recipe_runs_without_the_tool(method, epochs, tmp_path):
    """From scratch, as the first stage is the tool's."""
    from mmengine.config import Config
    from mmengine.runner import Runner

    cfg = Config.fromfile(ROOT / recipe(method))
    options = dict(option.split('=') for option in DATA)
    cfg.merge_from_dict({key: int(value) for key, value in options.items()})
    cfg.merge_from_dict(
        {'work_dir': str(tmp_path), 'train_cfg.max_epochs': epochs}
    )
    Runner.from_cfg(cfg).train()
    assert (tmp_path / 'epoch_1.pth').exists() == bool(epochs)
