import numpy as np
import pytest
from sklearn.datasets import load_digits

from mmlt.datasets import DigitsLT
from mmlt.functional import long_tailed_counts


def test_training_split_is_long_tailed_and_test_split_balanced():
    train, test = DigitsLT(), DigitsLT(split='test')
    counts = [130, 93, 66, 47, 34, 24, 17, 12, 9, 6]
    assert train.metainfo['class_counts'] == counts
    assert counts == long_tailed_counts(10, 130, 20).tolist()
    assert test.metainfo['class_counts'] == [40] * 10


def test_train_and_test_share_no_image():
    full = DigitsLT(imbalance_ratio=None)
    test = DigitsLT(split='test')
    assert len(full) + len(test) == 1797
    images, labels = load_digits(return_X_y=True)
    for c in range(10):
        of_class = images[labels == c]
        kept = np.concatenate(
            [
                full.images[full.labels == c].numpy(),
                test.images[test.labels == c].numpy(),
            ]
        )
        # the last 40 of the class are the test images, in order
        gray = np.round(of_class.reshape(-1, 8, 8) * (255 / 16))
        assert np.array_equal(kept[:, 0], gray.astype(np.uint8))


def test_three_equal_channels_span_the_gray_levels():
    images = DigitsLT(split='test').images
    assert (images[:, 0] == images[:, 2]).all()
    assert images.min() == 0
    assert images.max() == 255


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(split='val'), r"\['train', 'test'\]"),
        (dict(imbalance_ratio=0.05), 'pass 20'),
        (dict(max_count=1000), 'Lower `max_count`'),
    ],
)
def test_refuses_bad_settings(kwargs, match):
    with pytest.raises(ValueError, match=match):
        DigitsLT(**kwargs)
