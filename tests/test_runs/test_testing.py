"""What a test is given on the command line."""

import pytest

from mmlt.runs.testing import files_of_test


def test_a_config_and_its_checkpoint_are_taken_as_they_are():
    assert files_of_test('a.py', 'b.pth') == ('a.py', 'b.pth')


def test_the_folder_of_a_run_stands_for_both(folder):
    config, checkpoint = files_of_test(str(folder), None)
    assert config == str(folder / 'resnet20_digitslt.py')
    assert checkpoint == str(folder / 'epoch_2.pth')


def test_another_checkpoint_of_a_run_can_be_named(folder):
    config, checkpoint = files_of_test(str(folder), 'epoch_1.pth')
    assert config == str(folder / 'resnet20_digitslt.py')
    assert checkpoint == 'epoch_1.pth'


@pytest.mark.parametrize('name', ['a.py', 'bsce/resnet20_digitslt'])
def test_a_config_alone_is_refused_with_both_ways_out(name, tmp_path):
    if name == 'a.py':
        name = str(tmp_path / name)
        (tmp_path / 'a.py').touch()
    with pytest.raises(
        ValueError, match=f'checkpoint after the config {name}.*folder of a r'
    ):
        files_of_test(name, None)


def test_what_does_not_exist_is_said_to_be_missing(tmp_path):
    (tmp_path / 'bsce').mkdir()
    with pytest.raises(
        FileNotFoundError, match=r'no file or folder .*nope\. In .*: bsce\.'
    ):
        files_of_test(str(tmp_path / 'nope'), None)
    with pytest.raises(FileNotFoundError, match='mean `bsce/resnet20_digits'):
        files_of_test('bcse/resnet20_digitslt', None)


def test_a_folder_without_a_run_says_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match='config'):
        files_of_test(str(tmp_path), None)
