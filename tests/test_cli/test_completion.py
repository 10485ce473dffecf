"""A real bash completes what is typed after `mmlt`."""

import shlex
import shutil
import subprocess

import pytest

from mmlt.cli.commands.completion import OF_RECIPES
from mmlt.cli.main import NAMES, main
from mmlt.runs.shipped import overlay_names

BASH = shutil.which('bash')


@pytest.fixture(scope='module')
def script(tmp_path_factory):
    """The file that `mmlt completion bash` prints."""
    path = tmp_path_factory.mktemp('completion') / 'mmlt'
    with pytest.MonkeyPatch.context() as patch:
        written = []
        patch.setattr('sys.stdout.write', written.append)
        assert main(['completion', 'bash']) == 0
    path.write_text(''.join(written))
    return path


def completed(script, *typed):
    """What bash offers for the last of the words that were typed."""
    words = ' '.join(map(shlex.quote, typed))
    done = subprocess.run(
        [
            BASH,
            '--norc',
            '-c',
            f'source {script}; COMP_WORDS=({words}); '
            f'COMP_CWORD={len(typed) - 1}; _mmlt; '
            'printf "%s\\n" "${COMPREPLY[@]}"',
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=script.parent,
    )
    assert done.stderr == ''
    return done.stdout.split()


pytestmark = pytest.mark.skipif(BASH is None, reason='no bash on the path')


def test_commands(script):
    assert set(completed(script, 'mmlt', '')) == set(NAMES)
    assert completed(script, 'mmlt', 'ver') == ['verify', 'verify-splits']


def test_recipes_options_and_overlays_of_a_training(script):
    assert 'vmf/resnet20_digitslt' in completed(script, 'mmlt', 'train', 'vm')
    assert completed(script, 'mmlt', 'train', 'x', '--wi') == ['--with']
    after = ('mmlt', 'train', 'ce/resnet20_digitslt', '--with')
    assert completed(script, *after, 'fa') == ['fast']
    assert completed(script, *after, 'fcc', 'rat') == ['ratio50']
    assert set(overlay_names()) <= set(completed(script, *after, ''))
    # and files beside the names
    assert 'mmlt' in completed(script, 'mmlt', 'train', 'mm')


def test_pictures_and_methods(script):
    assert completed(script, 'mmlt', 'plot', 'reli') == ['reliability']
    assert 'counts' in completed(script, 'mmlt', 'plot', 'cou')
    assert completed(script, 'mmlt', 'recipes', 'bs') == ['bsce']


def test_zsh_takes_the_same_script(script, capsys):
    assert main(['completion', 'zsh']) == 0
    first, rest = capsys.readouterr().out.split('\n', 1)
    assert 'bashcompinit' in first
    assert rest == script.read_text()


def test_commands_that_take_a_recipe_are_commands():
    assert set(OF_RECIPES) <= set(NAMES)
