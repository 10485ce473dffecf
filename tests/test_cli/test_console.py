"""The console shows what a person follows; the file has all of it."""

import logging

import pytest
from mmengine.logging import MMLogger

from mmlt.cli.console import FOR_THE_FILE, quiet_console


@pytest.fixture
def logger(tmp_path, request):
    """Make a logger as a runner does, with or without a file."""
    made = []

    def make(file=True):
        made.append(f'{request.node.name}-{len(made)}')
        log_file = str(tmp_path / 'run.log') if file else None
        return MMLogger.get_instance(made[-1], log_file=log_file)

    yield make
    for name in made:
        for handler in MMLogger._instance_dict.pop(name).handlers:
            if isinstance(handler, logging.FileHandler):
                handler.close()


def log_all(logger):
    for start in FOR_THE_FILE:
        logger.info(f'\n------------\n{start} and more')
        logger.warning(f'{start} and more')
    logger.info('Epoch(train) [1][3/3]  eta: 0:00:00  loss: 1.2')


def test_what_is_for_the_file_is_not_shown(logger, tmp_path, capsys):
    with quiet_console():
        log_all(logger())
    shown = capsys.readouterr().out
    assert 'Epoch(train)' in shown
    assert f'The whole log: {tmp_path}/run.log' in shown
    assert 'and more' not in shown
    kept = (tmp_path / 'run.log').read_text()
    assert kept.count('and more') == 2 * len(FOR_THE_FILE)
    assert 'Epoch(train)' in kept


def test_a_test_shows_its_table_and_not_fifty_numbers(
    logger, tmp_path, capsys
):
    long = 'Epoch(test) [9/9]    accuracy/top1: 75.0000  long_tail/nll: 2.0'
    for has_table in (True, False):
        with quiet_console(has_table=has_table):
            made = logger()
            made.info(long)
            made.info('Epoch(test) [ 50/313]    eta: 0:00:09  time: 0.1')
            made.info('Result test (percent)')
        shown = capsys.readouterr().out
        assert (long in shown) != has_table
        assert 'eta: 0:00:09' in shown
        assert 'Result test' in shown
        assert long in (tmp_path / 'run.log').read_text()


def test_verbose_shows_all(logger, capsys):
    with quiet_console(verbose=True):
        log_all(logger())
    assert capsys.readouterr().out.count('and more') == 2 * len(FOR_THE_FILE)


def test_without_a_file_everything_is_shown(logger, capsys):
    with quiet_console():
        log_all(logger(file=False))
    assert capsys.readouterr().out.count('and more') == 2 * len(FOR_THE_FILE)


def test_afterwards_all_is_as_before(logger, capsys):
    before = MMLogger.__init__
    with pytest.raises(KeyError), quiet_console():
        raise KeyError
    assert MMLogger.__init__ is before
    log_all(logger())
    assert 'and more' in capsys.readouterr().out
