"""What bandit finds is mended or explained; `make lint` runs it, too."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKED = ['mmlt', 'tools', 'configs', 'benchmarks', 'docs', 'setup.py']


@pytest.mark.slow
def test_bandit_finds_nothing():
    pytest.importorskip('bandit', reason='extra "dev"')
    command = ['-m', 'bandit', '-q', '-c', 'bandit.yml', '-r', *CHECKED]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True
    )
    assert not done.returncode, done.stdout + done.stderr


def test_make_lint_runs_it():
    text = (ROOT / 'Makefile').read_text()
    assert f'bandit -q -c bandit.yml -r {" ".join(CHECKED)}\n' in text


def test_an_exception_names_its_rule_and_says_why():
    found = 0
    for top in CHECKED:
        path = ROOT / top
        for file in [path] if path.is_file() else path.rglob('*.py'):
            for line in file.read_text(encoding='utf-8').splitlines():
                if '# nosec' in line:
                    found += 1
                    assert re.search(r'# nosec B\d{3} # \w.{8,}$', line), line
    assert found


def test_a_rule_is_left_out_with_a_reason():
    lines = (ROOT / 'bandit.yml').read_text().splitlines()
    rules = [i for i, line in enumerate(lines) if re.match(r'  - B\d', line)]
    assert rules
    for i in rules:
        before = lines[i - 1].strip()
        assert before.startswith(('# ', '- B')), lines[i]
