"""A bar is for a person at a terminal."""

import pytest

from mmlt.cli.progress import bar, counter


@pytest.mark.parametrize('variable', ['FORCE_COLOR', 'TERM'])
def test_no_bar_is_written_to_a_file(variable, monkeypatch, capsys):
    monkeypatch.setenv(variable, '1')
    assert list(bar([1, 2], 'counting')) == [1, 2]
    with counter('counting') as advance:
        advance(1, 2)
    written = capsys.readouterr()
    assert '\x1b' not in written.out + written.err
