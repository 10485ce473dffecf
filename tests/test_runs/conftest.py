"""A work directory as a training of two parts leaves it."""

import json

import pytest
import torch

CONFIG = """
model = dict(type='A')
train_cfg = dict(max_epochs=2)
randomness = dict(seed=7)
work_dir = {work_dir!r}
"""


def write_log(
    folder, name, entries, stamps, device='    CUDA available: False'
):
    part = folder / name
    (part / 'vis_data').mkdir(parents=True)
    lines = [json.dumps(entry) for entry in entries]
    (part / 'vis_data' / 'scalars.json').write_text('\n'.join(lines))
    text = '\n'.join(f'2026/01/02 {stamp} - mmengine' for stamp in stamps)
    (part / f'{name}.log').write_text(f'{text}\n{device}\n')


@pytest.fixture
def folder(tmp_path):
    """A run of two epochs, killed in the second and resumed."""
    path = tmp_path / 'moved'
    path.mkdir()
    work_dir = 'work_dirs/fcc/resnet20_digitslt'
    (path / 'resnet20_digitslt.py').write_text(
        CONFIG.format(work_dir=work_dir)
    )
    for epoch in (1, 2):
        torch.save({'state_dict': {}}, path / f'epoch_{epoch}.pth')
    (path / 'last_checkpoint').write_text('/elsewhere/epoch_2.pth')
    write_log(
        path,
        '20260102_100000',
        [
            dict(loss=4.0, epoch=1, step=10),
            dict(loss=2.0, epoch=1, step=20),
            {'accuracy/top1': 30.0, 'time': 1.0, 'step': 1},
            dict(loss=9.0, epoch=2, step=30),
        ],
        ['10:00:00', '10:03:00'],
    )
    write_log(
        path,
        '20260102_110000',
        [
            dict(loss=1.0, epoch=2, step=30),
            dict(loss=0.5, epoch=2, step=40),
            {'accuracy/top1': 60.0, 'shot/few': float('nan'), 'step': 2},
        ],
        ['11:00:00', '11:00:30'],
    )
    return path


def record(folder, *parts):
    (folder / 'run.json').write_text(
        json.dumps(
            [
                dict(
                    config='configs/fcc/b.py',
                    arguments=['--seed', '7'],
                    commit=commit,
                    changed=changed,
                    resumed=resumed,
                    mmlt='0.1',
                    started=started,
                )
                for commit, changed, resumed, started in parts
            ]
        )
    )
