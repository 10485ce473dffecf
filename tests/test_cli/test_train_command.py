"""What a training says at its end is a command that works."""

import re
import shlex

from tests.test_bad_inputs.in_process import run


def test_the_last_line_is_the_command_of_the_report(tmp_path):
    one_epoch = ['train_cfg.max_epochs=1', 'param_scheduler=[]']
    folder = tmp_path / 'a run'
    done = run(
        ['train', 'ce/resnet20_digitslt', '--work-dir', folder]
        + ['--cfg-options', *one_epoch],
        tmp_path,
    )
    assert done.code == 0, done.errors
    said = re.fullmatch(
        'Look at it with: mmlt (.*)', done.errors.splitlines()[-1]
    )
    shown = run(shlex.split(said[1]), tmp_path)
    assert shown.code == 0, shown.errors
    assert (folder / 'report/index.html').exists()
