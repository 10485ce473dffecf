"""Two runs of one config, one after the other in one process."""

import json
import time
from pathlib import Path

import pytest
from mmengine.config import Config

from mmlt.runs.recipes import load_recipe
from mmlt.runs.runner import build_runner

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cfg():
    return load_recipe(ROOT / 'configs/ce/resnet20_digitslt.py')


def built(cfg, work_dir):
    cfg.work_dir = str(work_dir)
    return build_runner(cfg)


class TestOfOneSecond:
    @pytest.fixture(autouse=True)
    def one_second(self, monkeypatch):
        now = time.time()
        monkeypatch.setattr(time, 'time', lambda: now)
        monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)

    def test_each_writes_its_own_numbers(self, cfg, tmp_path):
        folders = [tmp_path / name for name in ('first', 'second', 'third')]
        runners = [built(cfg, folder) for folder in folders]
        for number, runner in enumerate(runners):
            runner.visualizer.add_scalars({'number': number}, step=0)
        for number, folder in enumerate(folders):
            (log,) = folder.glob('*/vis_data/scalars.json')
            (line,) = log.read_text().splitlines()
            assert json.loads(line)['number'] == number

    def test_each_has_its_own_log_and_hub(self, cfg, tmp_path):
        first, second = (built(cfg, tmp_path / name) for name in 'ab')
        assert first.logger is not second.logger
        assert first.message_hub is not second.message_hub
        second.logger.info('a word of the second')
        (log,) = (tmp_path / 'b').glob('*/*.log')
        assert 'a word of the second' in log.read_text()
        (log,) = (tmp_path / 'a').glob('*/*.log')
        assert 'a word of the second' not in log.read_text()


@pytest.mark.parametrize('kind', ['Runner', 'FlexibleRunner'])
def test_a_test_leaves_the_config_of_the_run_as_it_is(kind, cfg, tmp_path):
    cfg.runner_type = kind
    cfg.experiment_name = f'{kind}_kept'
    built(cfg, tmp_path)
    before = (tmp_path / 'resnet20_digitslt.py').read_text()
    cfg.model.head.loss.loss_weight = 9.0
    runner = build_runner(cfg, of_run=False)
    assert (tmp_path / 'resnet20_digitslt.py').read_text() == before
    beside = Path(runner.log_dir, 'resnet20_digitslt.py')
    assert Config.fromfile(beside).model.head.loss.loss_weight == 9.0


def test_the_config_is_not_changed(cfg, tmp_path):
    cfg.work_dir = str(tmp_path)
    before = cfg.to_dict()
    build_runner(cfg)
    assert cfg.to_dict() == before
