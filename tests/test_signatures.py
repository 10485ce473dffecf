"""docs/signatures.md says what the docstrings say."""

import runpy
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / 'docs/site/signatures.py'


def test_the_page_is_what_its_script_writes():
    script = runpy.run_path(str(SCRIPT))
    assert script['PAGE'].read_text('utf-8') == script['page'](), (
        'Run python docs/site/signatures.py'
    )


def test_arguments_of_bases_stand_in_the_line():
    page = SCRIPT.parents[1].joinpath('signatures.md').read_text('utf-8')
    assert "`CDTLoss(gamma=0.2, reduction='mean', loss_weight=1.0)`" in page
    for wrong in ('*args', '**kwargs', '<function', ':func:', 'object at'):
        assert wrong not in page
