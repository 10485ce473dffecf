from dataclasses import replace

from mmlt.report.ledger import from_ledger

from .conftest import record_of


def test_commit_and_device_come_from_the_ledger(tmp_path):
    ledger = tmp_path / 'results.csv'
    ledger.write_text(
        'config,seed,epochs,top1,device,commit\n'
        'configs/ce/a.py,0,2,50.00,other,aaa\n'
        'configs/ce/a.py,0,2,51.23,mine,bbb\n'
    )
    record = record_of(
        recipe='ce/a',
        seed=0,
        epochs=2,
        numbers=dict(top1=51.2345),
        commit=None,
        device='CPU',
    )
    known = from_ledger(record, ledger)
    assert (known.commit, known.device) == ('bbb', 'mine')
    assert from_ledger(replace(known, commit='c'), ledger).commit == 'c'
    other = replace(record, seed=1)
    assert from_ledger(other, ledger) == other
    assert from_ledger(record, tmp_path / 'none') == record
