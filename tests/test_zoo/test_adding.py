"""Only the network of a row enters the zoo, and what enters is tested."""

import json
from dataclasses import replace

import pytest
import torch

from mmlt.checkpoints import read_checkpoint
from mmlt.cli.main import main
from mmlt.reproduce.ledger import add_row, read_ledger
from mmlt.zoo import adding, index, measuring
from mmlt.zoo.adding import add_to_zoo, in_half_precision

from .conftest import RECIPE


def publish(run, name='mine'):
    main(['publish', str(run), '--zoo', name])


def refused(run, name='mine'):
    """The one line of a refusal; it leaves the zoo as it was."""
    before = {p.name: p.read_bytes() for p in index.ZOO.iterdir()}
    with pytest.raises(SystemExit) as stopped:
        publish(run, name)
    after = {p.name: p.read_bytes() for p in index.ZOO.iterdir()}
    assert before == after
    return str(stopped.value)


def test_a_run_with_a_row_is_stored_in_half_precision(run, zoo, row, capsys):
    publish(run)
    said = capsys.readouterr().out
    top1 = f'{row.metrics["top1"]:.2f}'
    path = zoo / 'mine.safetensors'
    assert said == f'{path} written: top-1 {top1} (ledger: {top1})\n'
    (entry,) = index.read_index()
    assert (entry.recipe, entry.row) == (RECIPE, row.own_digest())
    # He et al. print 0.27 M for ResNet-20, https://arxiv.org/abs/1512.03385
    assert (entry.classes, entry.parameters) == (10, 269722)
    wanted = {name: row.metrics[name] for name in index.METRICS}
    assert entry.metrics == entry.ledger == wanted
    index.check_row(entry, read_ledger(index.ledger_path()))
    content = read_checkpoint(index.check_file(entry))
    assert set(content['meta']) == {'class_counts', 'dataset_meta', 'epoch'}
    original = read_checkpoint(run / 'epoch_2.pth')['state_dict']
    for name, value in original.items():
        got = content['state_dict'][name]
        assert got.dtype == (
            torch.float16 if value.is_floating_point() else value.dtype
        )
        assert torch.equal(got.to(value.dtype), value), name


def test_the_same_network_may_be_added_again(run, zoo, row):
    publish(run)
    before = (zoo / 'mine.safetensors').read_bytes()
    again = replace(row, note='recorded again')
    add_row(index.ledger_path(), again)
    publish(run)
    (entry,) = index.read_index()
    assert entry.row == again.own_digest()
    assert (zoo / 'mine.safetensors').read_bytes() == before


def test_a_run_without_a_row_is_refused(run, zoo, row):
    index.ledger_path().unlink()
    assert 'but it has none. Record the run first' in refused(run)
    other = row.metrics | {'top1': row.metrics['top1'] + 0.01}
    for wrong in (
        replace(row, seed=6),
        replace(row, epochs=3),
        replace(row, overlays=['short']),
        replace(row, recipe='ce/resnet20_digitslt'),
        replace(row, config_hash='0' * 12),
        replace(row, metrics=other),
    ):
        index.ledger_path().unlink(missing_ok=True)
        add_row(index.ledger_path(), wrong)
        assert 'Expected a row of' in refused(run)
    assert f'has others, with {other["top1"]:.2f}' in refused(run)


def test_a_row_with_the_hash_of_the_settings_is_the_one(run, zoo, row):
    found = adding.row_of(
        adding.read_work_dir(run), [replace(row, note='another'), row]
    )
    assert found == row
    cfg = adding.read_work_dir(run).config
    hashed = replace(row, config_hash=adding.config_hash(cfg))
    assert adding.row_of(adding.read_work_dir(run), [hashed]) == hashed


def test_an_unfinished_run_is_refused(run, zoo):
    (run / 'epoch_2.pth').rename(run / 'epoch_1.pth')
    (run / 'last_checkpoint').write_text('epoch_1.pth')
    assert 'a finished run of 2 epochs' in refused(run)


def test_a_network_that_does_not_reach_its_row_is_refused(run, zoo):
    content = torch.load(run / 'epoch_2.pth')
    content['state_dict']['head.fc.weight'].neg_()
    torch.save(content, run / 'epoch_2.pth')
    assert 'the stored network to have the top1 of its row' in refused(run)


def test_classes_must_be_named(run, zoo):
    content = torch.load(run / 'epoch_2.pth')
    del content['meta']['dataset_meta']
    torch.save(content, run / 'epoch_2.pth')
    assert 'to hold the names of its classes' in refused(run)


def test_a_name_belongs_to_one_network(run, zoo, row):
    publish(run)
    content = torch.load(run / 'epoch_2.pth')
    content['state_dict']['head.fc.bias'] += 1  # the same predictions
    torch.save(content, run / 'epoch_2.pth')
    assert 'mine is another network, of fcc/resnet20' in refused(run)
    (zoo / 'mine.safetensors').unlink()
    publish(run)
    assert len(index.read_index()) == 1


@pytest.mark.parametrize('name', ['a/b', 'A', '', '.a', '../a', 'ä', '-a'])
def test_a_name_is_fit_for_a_file(name):
    with pytest.raises(ValueError, match='a name of small letters'):
        add_to_zoo('run', name, 'ledger.jsonl')


def test_the_zoo_has_room_for_12_megabytes(run, zoo, monkeypatch):
    publish(run, 'a')
    size = (zoo / 'a.safetensors').stat().st_size
    monkeypatch.setattr(index, 'MAX_BYTES', 2 * size - 1)
    line = refused(run, 'b')
    assert f'with b.safetensors ({size / 1e6:.2f} MB)' in line
    publish(run, 'a')  # it replaces itself
    monkeypatch.setattr(index, 'MAX_BYTES', 2 * size)
    publish(run, 'b')
    assert [entry.name for entry in index.read_index()] == ['a', 'b']


def test_what_a_test_needs_is_kept():
    weights = {
        'backbone.weight': torch.tensor([1 / 3, 1e-3]),
        'head.kappa': torch.tensor([1.0, 1e5]),
        'head.fc.double': torch.tensor([2.0], dtype=torch.float64),
        'head.loss_module.margins': torch.ones(3),
        'contrast.queue': torch.ones(3),
        'head.class_counts': torch.tensor([70_000, 3]),
        'head.empty': torch.zeros(0),
    }
    got = in_half_precision(weights)
    assert set(got) == {
        *('backbone.weight', 'head.kappa', 'head.fc.double'),
        *('head.class_counts', 'head.empty'),
    }
    assert got['backbone.weight'].dtype == torch.float16
    error = got['backbone.weight'].float() / weights['backbone.weight'] - 1
    assert (error.abs() < 2**-11).all()
    # beyond the range of half precision it would be infinite
    assert torch.equal(got['head.kappa'], weights['head.kappa'])
    assert got['head.fc.double'].dtype == torch.float16
    assert got['head.class_counts'].tolist() == [70_000, 3]


def test_a_killed_index_is_not_half_written(run, zoo, monkeypatch):
    publish(run, 'a')

    def stop(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(measuring, 'measured', stop)
        with pytest.raises(SystemExit):
            publish(run, 'b')
    assert sorted(p.name for p in zoo.iterdir()) == [
        'a.safetensors',
        'index.json',
    ]
    assert set(json.loads((zoo / 'index.json').read_text())) == {'a'}
