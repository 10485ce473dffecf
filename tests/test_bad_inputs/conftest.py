import pytest

from .bad_input import RECIPE
from .in_process import run


@pytest.fixture(scope='session')
def trained(tmp_path_factory):
    """Work directory of a finished training of one epoch; not to be changed.

    It holds ``epoch_1.pth`` and what else a training leaves.
    """
    folder = tmp_path_factory.mktemp('trained')
    done = run(
        [
            *('train', RECIPE, '--work-dir', folder / 'run'),
            *('--cfg-options', 'train_cfg.max_epochs=1'),
            *('param_scheduler.0.end=1', 'param_scheduler.1.milestones=[1]'),
        ],
        folder,
    )
    assert done.code == 0, done.errors
    return folder / 'run'
