import math

import numpy as np
import torch

from mmlt.functional import percent


def test_convention_shares_of_any_shape_times_100():
    assert percent(0.125) == 12.5
    assert percent(True) == 100
    assert percent({'a': [0.5, 1], 'b': {'c': (0.25,)}}) == {
        'a': [50, 100],
        'b': {'c': (25,)},
    }
    assert percent(torch.tensor([0.5, 0.25])).tolist() == [50, 25]
    assert percent(np.array([0.5, 0.25])).tolist() == [50, 25]


def test_nan_stays_nan_and_dtypes_stay():
    assert math.isnan(percent(math.nan))
    for dtype in (torch.float64, torch.float32):
        assert percent(torch.ones(2, dtype=dtype)).dtype == dtype


def test_an_empty_list_is_one():
    assert percent([]) == []
    assert percent({}) == {}
