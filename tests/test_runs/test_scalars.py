"""TensorBoard and the like beside our scalars, not in their place."""

import pytest
from mmengine.config import Config

from mmlt.runs.scalars import OURS, keep_scalars
from tests.test_bad_inputs.in_process import run


@pytest.mark.parametrize(
    ('given', 'expected'),
    [
        ([], [OURS]),
        (['TensorboardVisBackend'], ['TensorboardVisBackend', OURS]),
        ([OURS, 'WandbVisBackend'], [OURS, 'WandbVisBackend']),
        (['mmengine.LocalVisBackend'], ['mmengine.LocalVisBackend']),
    ],
)
def test_the_file_is_written_whatever_else_is(given, expected):
    backends = [dict(type=name) for name in given]
    visualizer = dict(type='UniversalVisualizer', vis_backends=backends)
    cfg = Config(dict(visualizer=visualizer))
    keep_scalars(cfg)
    assert [b['type'] for b in cfg.visualizer.vis_backends] == expected


def test_without_a_visualizer_nothing_is_added():
    cfg = Config(dict(visualizer=None))
    keep_scalars(cfg)
    assert cfg.visualizer is None


def test_curves_are_drawn_of_a_training_with_tensorboard_alone(
    photo_place, tmp_path
):
    pytest.importorskip('tensorboard')
    config = (photo_place / 'run/ce.py').read_text()
    config += (
        "\nvisualizer['vis_backends'] = [dict(type='TensorboardVisBackend')]\n"
    )
    (tmp_path / 'ce.py').write_text(config)
    done = run(
        [
            *('train', 'ce.py', '--work-dir', 'work', '--cfg-options'),
            *('train_cfg.max_epochs=2', 'train_cfg.val_interval=1'),
        ],
        tmp_path,
    )
    assert done.code == 0, done.errors
    assert list(tmp_path.rglob('events.out.tfevents.*'))
    (scalars,) = tmp_path.rglob('scalars.json')
    assert '"loss"' in scalars.read_text()
    done = run(['plot', 'curves', 'work', '--out', 'curves.svg'], tmp_path)
    assert done.code == 0, done.errors
    assert 'svg' in (tmp_path / 'curves.svg').read_text()
