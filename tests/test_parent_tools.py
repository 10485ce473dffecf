"""The programs of mmpretrain run on our configs, as the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import mmengine
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / 'docs/parent_tools.md').read_text()


@pytest.fixture(scope='module')
def done(tmp_path_factory):
    """Folder in which the commands of the page ran, and what they printed."""
    folder = tmp_path_factory.mktemp('parent_tools')
    (commands,) = re.findall(r'```bash\n(.*?)```', PAGE, re.DOTALL)
    program = 'python() { "$PYTHON" "$@"; }; mmlt() { python -m mmlt "$@"; }\n'
    ran = subprocess.run(
        ['bash', '-euo', 'pipefail', '-c', program + commands],
        cwd=folder,
        env={
            **os.environ,
            'PYTHON': sys.executable,
            'PYTHONPATH': str(ROOT),
            'OMP_NUM_THREADS': '1',
            'MPLBACKEND': 'agg',
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder, ran.stdout


def test_the_config_and_the_cost_are_printed(done):
    _, printed = done
    assert "type='FCCNeck'" in printed
    # of a ResNet-20 for CIFAR, on images of 32 x 32
    assert re.search(r'Input shape: \(3, 32, 32\)', printed)
    assert re.search(r'Flops: 0\.04\d*G|Flops: 4\d\.\d+M', printed)


def test_the_schedule_is_drawn_and_logged_in_its_own_folder(done):
    folder, _ = done
    with Image.open(folder / 'schedule.png') as picture:
        assert len(picture.convert('L').getcolors()) > 2
    assert len(list((folder / 'schedule').glob('*/*.log'))) == 1
    # of `mmlt train` and `mmlt test`
    assert len(list((folder / 'run').glob('*/*.log'))) == 2


def test_the_confusion_matrix_has_the_accuracy_of_the_test(done):
    folder, printed = done
    matrix = mmengine.load(folder / 'confusion.pkl')
    # 'macro top-1 many ...' above the numbers of `mmlt test`
    table = re.findall(r'^ macro +top-1.*\n(.*)$', printed, re.MULTILINE)
    top1 = float(table[-1].split()[1])
    accuracy = 100 * float(matrix.trace() / matrix.sum())
    assert accuracy == pytest.approx(top1, abs=0.005)


def test_right_and_wrong_predictions_are_drawn(done):
    folder, _ = done
    for kind in ('success', 'fail'):
        assert len(list((folder / 'pictures' / kind).glob('*.png'))) == 3


def test_the_training_images_are_drawn_with_their_classes(done):
    folder, _ = done
    pictures = sorted((folder / 'browse').glob('*.jpg'))
    assert len(pictures) == 20
    with Image.open(pictures[0]) as picture:
        assert len(picture.convert('L').getcolors()) > 2
