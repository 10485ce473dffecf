"""classes.txt and the folders of the images: one order."""

import re

import pytest

from mmlt.cli.main import main
from mmlt.datasets.list_file import read_list
from mmlt.datasets.split_report import misnamed


@pytest.fixture
def project(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ['new', 'own', '--images', 'photos', '--processes', '1']
    assert main(words) == 0
    return tmp_path / 'own'


def verify():
    words = ['verify-splits', 'own', '--check', 'none', '--processes', '1']
    return main(words)


def test_names_in_another_order_are_found(project, capsys):
    assert verify() == 0
    file = project / 'classes.txt'
    names = file.read_text().splitlines()
    file.write_text('\n'.join([*names[:2], names[3], names[2], *names[4:]]))
    capsys.readouterr()
    assert verify() == 1
    said = capsys.readouterr().out
    assert (
        'images labeled as one class in the folder of another, as kind 2 in '
        'the folder kind 3: is classes.txt in the order of the labels?'
    ) in said


def test_a_name_of_ones_own_is_no_problem(project):
    file = project / 'classes.txt'
    file.write_text(file.read_text().replace('kind 3', 'Noctiluca'))
    assert verify() == 0


def test_there_are_as_many_names_as_classes(project):
    file = project / 'classes.txt'
    file.write_text(file.read_text() + 'one more\n')
    with pytest.raises(SystemExit, match='7 names of classes, but got 8.'):
        verify()


def test_folders_that_are_no_classes_say_nothing(tmp_path):
    path = tmp_path / 'list.txt'
    path.write_text('day1/a.jpg 1\nday1/b.jpg 0\nday2/c.jpg 0\nbee/d.jpg 0\n')
    table = read_list(path, 2)
    assert misnamed({'train': table}, ['ant', 'bee']) == {}


def test_names_that_are_all_wrong_are_found(project, capsys):
    file = project / 'classes.txt'
    names = file.read_text().splitlines()
    file.write_text('\n'.join(names[::-1]))
    assert verify() == 1
    said = capsys.readouterr().out
    assert f'as {names[0]} in the folder {names[-1]}' in said


def test_the_two_largest_in_each_others_place_are_found(tmp_path):
    path = tmp_path / 'list.txt'
    lines = ['ant/a.jpg 1'] * 9 + ['bee/b.jpg 0'] * 8 + ['cow/c.jpg 2']
    path.write_text('\n'.join(lines))
    table = read_list(path, 3)
    assert misnamed({'train': table}, ['ant', 'bee', 'cow']) == {
        'ant in the folder bee': 8,
        'bee in the folder ant': 9,
    }


def test_copies_with_two_labels_are_told_until_one_is_corrected(
    photos, tmp_path, monkeypatch, capsys
):
    (photos / 'kind 1/wrong.png').write_bytes(
        (photos / 'kind 0/1.png').read_bytes()
    )
    monkeypatch.chdir(tmp_path)
    words = ['new', 'own', '--images', 'photos', '--processes', '1']
    assert main(words) == 0
    assert verify() == 1
    said = 'PROBLEM copies with two labels: kind 0/1.png, kind 1/wrong.png'
    assert said in capsys.readouterr().out
    # gone, it is no copy; its line is still there
    (photos / 'kind 1/wrong.png').rename(tmp_path / 'wrong.png')
    decode = ['verify-splits', 'own', '--processes', '1']
    assert main(decode) == 1
    output = capsys.readouterr().out
    assert 'PROBLEM 1 image missing: photos' in output.replace(
        f'{tmp_path}/', ''
    )
    assert 'Mend that, or take the line out of the list' in output
    assert 'two labels' not in output
    good, of = re.search(r'images: (\d+) of (\d+) decoded', output).groups()
    assert int(good) + 1 == int(of)
    (tmp_path / 'wrong.png').rename(photos / 'kind 1/wrong.png')
    train = tmp_path / 'own/train.txt'
    lines = train.read_text().splitlines()
    lines.remove('kind 1/wrong.png 1')
    train.write_text('\n'.join(lines) + '\n')
    assert verify() == 0
