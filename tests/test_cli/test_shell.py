"""One shell: errors, exit codes, help, and tools that are their commands."""

import argparse
import ast
import os
import re
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from mmlt.cli.commands import posthoc, train
from mmlt.cli.errors import MISTAKES
from mmlt.cli.main import NAMES, command_module, main, sibling
from mmlt.cli.shell import make_parser, run_command
from mmlt.report.table import between_marks

ROOT = Path(__file__).parents[2]


def command(run, **more):
    """A command without arguments."""
    module = types.ModuleType('command')
    module.DESCRIPTION, module.EXAMPLE = 'Do nothing.', '--seed 1'
    module.TOOL = 'tools/nothing.py'
    module.add_arguments = lambda parser: parser.add_argument('--seed')
    module.run = run
    for name, value in more.items():
        setattr(module, name, value)
    return module


def raises(error):
    def run(args):
        raise error

    return run


@pytest.mark.parametrize('kind', MISTAKES)
def test_an_error_that_a_user_can_mend_is_one_line(kind):
    with pytest.raises(SystemExit) as stopped:
        run_command(command(raises(kind('Expected a file.'))), 'mmlt x', [])
    # a string: Python prints it on the error stream, exit code 1
    assert stopped.value.code.startswith('error: Expected a file.')


def test_another_error_is_a_fault_of_ours_and_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run_command(command(raises(ZeroDivisionError())), 'mmlt x', [])


def test_checks_end_in_one_line_and_the_work_after_them_does_not():
    def prepare(args):
        return int(args.seed)

    both = command(raises(ValueError('inside')), prepare=prepare)
    with pytest.raises(SystemExit, match='^error: invalid literal'):
        run_command(both, 'mmlt x', ['--seed', 'no'])
    with pytest.raises(ValueError, match='inside'):
        run_command(both, 'mmlt x', ['--seed', '3'])
    seen = []
    run_command(command(seen.append, prepare=prepare), 'x', ['--seed', '3'])
    assert seen == [3]


def test_exit_codes():
    assert run_command(command(lambda args: None), 'mmlt x', []) == 0
    assert run_command(command(lambda args: 1), 'mmlt x', []) == 1
    refuses = command(
        lambda args: None, check_arguments=lambda p, args: p.error('no')
    )
    for wrong, arguments in ((refuses, []), (command(None), ['--sed'])):
        with pytest.raises(SystemExit) as stopped:
            run_command(wrong, 'mmlt x', arguments)
        assert stopped.value.code == 2


def test_a_command_knows_how_it_was_called():
    seen = []
    run_command(command(seen.append), 'mmlt x', ['--seed', 5])
    assert seen[0].program == 'mmlt x'
    assert seen[0].arguments == ['--seed', '5']
    assert sibling('mmlt train', 'test') == 'mmlt test'
    assert sibling('python tools/train.py', 'test') == 'python tools/test.py'


def test_every_module_of_a_command_is_in_the_table():
    folder = ROOT / 'mmlt' / 'cli' / 'commands'
    modules = {path.stem for path in folder.glob('*.py')} - {'__init__'}
    assert modules == {name.replace('-', '_') for name in NAMES}


@pytest.mark.parametrize('name', NAMES)
def test_every_command_has_a_help_with_an_example(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([name, '--help'])
    assert stopped.value.code == 0
    text = ' '.join(capsys.readouterr().out.split())
    assert f'Example: mmlt {name} ' in text
    # so does an argument of it that is required
    assert f'usage: mmlt {name} ' in text


@pytest.mark.parametrize('name', NAMES)
def test_a_tool_is_its_command_and_nothing_else(name):
    """So both have the same arguments, and the tool can be imported."""
    module = command_module(name)
    if module.TOOL is None:  # of the wheel alone
        return
    tree = ast.parse((ROOT / module.TOOL).read_text())
    kinds = [type(node).__name__ for node in tree.body]
    assert kinds == ['Expr', 'ImportFrom', 'ImportFrom', 'If']
    stem = name.replace('-', '_')
    assert ast.unparse(tree.body[1]) == 'from mmlt.cli import run_tool'
    assert ast.unparse(tree.body[2]) == (
        f'from mmlt.cli.commands import {stem}'
    )
    assert ast.unparse(tree.body[3].body) == f'run_tool({stem})'


@pytest.mark.parametrize('name', NAMES)
def test_examples_are_calls_that_the_parser_takes(name, monkeypatch):
    module = command_module(name)
    words = re.split(r'\. ', module.EXAMPLE)[0].split()
    words = [word.strip('\'"') for word in words]
    assert make_parser(module, f'mmlt {name}').parse_args(words)


@pytest.mark.parametrize('name', NAMES)
def test_so_are_those_of_the_parts_of_a_command(name):
    parser = make_parser(command_module(name), f'mmlt {name}')
    parts = {
        part: of
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for part, of in action.choices.items()
    }
    for part, of in parts.items():
        begin = f'Example: mmlt {name} {part} '
        assert (of.epilog or '').startswith(begin), part
        words = of.epilog.removeprefix(f'Example: mmlt {name} ').split()
        assert parser.parse_args(words)


def test_the_list_of_commands_is_there_at_once():
    """Nothing heavy is imported for it."""
    program = (
        'import sys; from mmlt.cli.main import main\n'
        'try: main(["--help"])\n'
        'except SystemExit: pass\n'
        'heavy = {"torch", "mmpretrain", "mmcv", "matplotlib"}\n'
        'assert not heavy & set(sys.modules), heavy & set(sys.modules)\n'
    )
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, '-c', program],
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # 0.3 s on a quiet machine
    assert time.perf_counter() - begin < 10
    assert all(f' {name} ' in done.stdout for name in NAMES)


def test_mmlt_without_and_with_a_wrong_command(capsys):
    assert main([]) == 2
    assert 'commands:' in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(['trian'])
    assert stopped.value.code == 2
    assert 'Did you mean `train`' in capsys.readouterr().err


def test_text_between_marks():
    text = 'before <b> old <e> after'
    assert between_marks(text, '<b>', '<e>', '\nnew\n') == (
        'before <b>\nnew\n<e> after'
    )
    for wrong in ('no marks', '<e> <b>', '<b> alone'):
        with pytest.raises(ValueError, match='<b> and, after it, <e>'):
            between_marks(wrong, '<b>', '<e>', 'new')


def test_torchrun_needs_no_launcher(monkeypatch):
    """``torchrun -m mmlt train ...`` does not train twice in one folder."""
    train = command_module('train')
    for inside, launcher in ((False, 'none'), (True, 'pytorch')):
        if inside:
            monkeypatch.setenv('TORCHELASTIC_RUN_ID', 'none')
        parser = make_parser(train, 'mmlt train')
        assert parser.parse_args(['a']).launcher == launcher
        named = parser.parse_args(['a', '--launcher', 'slurm'])
        assert named.launcher == 'slurm'


def test_a_reader_that_stops_is_no_error():
    """As in ``mmlt recipes | head -1``."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, '-m', 'mmlt', 'recipes'],
        cwd=ROOT,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write)
    assert 'Broken pipe' not in done.stderr


@pytest.mark.parametrize('prepares', [True, False])
def test_ctrl_c_ends_without_a_traceback(prepares, capsys):
    more = {'prepare': lambda args: args} if prepares else {}
    with pytest.raises(SystemExit) as ended:
        run_command(command(raises(KeyboardInterrupt), **more), 'mmlt x', [])
    assert ended.value.code == 130
    assert capsys.readouterr().err == 'interrupted\n'


def test_ctrl_c_while_a_command_is_imported_has_no_traceback(
    capsys, monkeypatch
):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr('mmlt.cli.main.command_module', interrupted)
    with pytest.raises(SystemExit) as ended:
        main(['train', 'ce/resnet20_digitslt'])
    assert ended.value.code == 130
    assert capsys.readouterr().err == 'interrupted\n'


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['--wiht', 'short'], 'Did you mean --with?'),
        (['--epochs', '3'], '--cfg-options train_cfg.max_epochs=3'),
        (['--lr=1'], '--cfg-options optim_wrapper.optimizer.lr=1'),
    ],
)
def test_an_unknown_option_says_what_was_meant(words, sentence, capsys):
    with pytest.raises(SystemExit):
        main(['train', 'ce/resnet20_digitslt', *words])
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ('words', 'overlays'),
    [
        ([], []),
        (['--with', 'fcc'], ['fcc']),
        (['--with', 'fcc', '--with', 'ratio50'], ['fcc', 'ratio50']),
        (['--with', 'fcc', 'sam', '--with', 'ema'], ['fcc', 'sam', 'ema']),
    ],
)
def test_an_option_of_several_values_may_be_named_again(words, overlays):
    parser = make_parser(train, 'mmlt train')
    args = parser.parse_args(['ce/resnet20_digitslt', *words])
    assert args.overlays == overlays
    # nothing is left of it in the parser
    assert parser.parse_args(['ce/resnet20_digitslt']).overlays == []


def test_a_default_of_several_values_is_replaced_not_added_to():
    parser = make_parser(posthoc, 'mmlt posthoc')
    words = ['run', '--calibrators', 'none', '--calibrators', 'temperature']
    assert parser.parse_args(words).calibrators == ['none', 'temperature']
    assert len(parser.parse_args(['run']).calibrators) > 5
