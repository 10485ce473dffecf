"""The data sets that are lists of files, on JPEGs that the test makes."""

from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from mmpretrain.registry import DATASETS, MODELS
from PIL import Image

from mmlt.datasets.counting import class_counts_of
from mmlt.runs.preflight import complete_config
from mmlt.structures import labels_of

ROOT = Path(__file__).parents[2]
SIZES = [7, 3, 1]


@pytest.fixture
def folder(tmp_path):
    """Three classes of JPEGs, and a list as the field writes it."""
    lines = []
    rng = np.random.RandomState(0)
    for label, count in enumerate(SIZES):
        (tmp_path / f'class {label}').mkdir()
        for i in range(count):
            path = f'class {label}/{i}.jpg'
            pixels = rng.randint(0, 256, (260 + i, 300, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / path)
            lines.append(f'{path} {label}')
    return tmp_path, lines


@pytest.mark.parametrize('name', ['imagenetlt', 'placeslt'])
def test_images_of_a_list_reach_the_network(folder, name):
    root, lines = folder
    cfg = Config.fromfile(ROOT / f'configs/_base_/datasets/{name}.py')
    complete_config(cfg)
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        (root / loader.dataset.ann_file).write_text('\n'.join(lines) + '\n')
        loader.update(batch_size=4, num_workers=0, persistent_workers=False)
        loader.dataset.data_root = str(root)
    train, test = (
        Runner.build_dataloader(loader, seed=0)
        for loader in (cfg.train_dataloader, cfg.test_dataloader)
    )
    assert (len(train), len(test)) == (2, 3)  # the last is dropped, or kept
    counts = class_counts_of(train.dataset)
    assert len(counts) == cfg.data_preprocessor.num_classes
    assert counts[:3].tolist() == SIZES
    assert counts[3:].sum() == 0
    preprocessor = MODELS.build(cfg.data_preprocessor)
    for loader, training in ((train, True), (test, False)):
        batch = preprocessor(next(iter(loader)), training=training)
        assert batch['inputs'].shape == (4, 3, 224, 224)
        assert len(labels_of(batch['data_samples'])) == 4


def test_a_label_beyond_the_classes_is_named(folder):
    root, lines = folder
    (root / 'list.txt').write_text('\n'.join([*lines, 'class 0/0.jpg 3']))
    dataset = DATASETS.build(
        dict(
            type='CustomDataset',
            data_root=str(root),
            ann_file='list.txt',
            metainfo=dict(classes=list('abc')),
        )
    )
    with pytest.raises(ValueError, match='image 11 has label 3'):
        class_counts_of(dataset)
