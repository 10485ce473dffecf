"""What a training says at its end is a command that works."""

import re
import shlex

import pytest

from mmlt.cli.commands import train
from mmlt.cli.shell import make_parser
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


@pytest.mark.parametrize(
    'words',
    [
        ['a.py', '--resume', 'auto'],
        ['a.py', '--resume'],
        ['a.py', '--resume=auto'],
        ['--resume', 'b.pth', 'a.py'],
        ['a.py', '--restart'],
    ],
)
def test_the_command_to_go_on_names_no_checkpoint(words):
    args = make_parser(train, 'mmlt train').parse_args(words)
    args.arguments, args.program = words, 'mmlt train'
    assert train.command_to_go_on(args) == 'mmlt train a.py --resume'
