import pickle

import torch
from mmpretrain.structures import DataSample

from mmlt.structures import BatchDataSample, is_batch, unpack_batch


def sample():
    out = BatchDataSample(gt_label=torch.tensor([2, 0, 1]))
    out.pred_score = torch.eye(3)
    out.pred_label = torch.tensor([0, 1, 2])
    return out


def test_unpacked_samples_are_those_of_the_per_image_path():
    for i, one in enumerate(unpack_batch(sample())):
        expected = DataSample().set_gt_label([2, 0, 1][i])
        assert one.gt_label.tolist() == expected.gt_label.tolist()
        assert one.pred_label.tolist() == [i]
        assert one.pred_score.tolist() == torch.eye(3)[i].tolist()


def test_unpacking_without_predictions():
    batch = BatchDataSample(gt_label=torch.tensor([2, 0]))
    assert [s.gt_label.item() for s in unpack_batch(batch)] == [2, 0]
    assert 'pred_score' not in unpack_batch(batch)[0]


def test_its_length_is_the_number_of_images():
    assert len(sample()) == 3


def test_only_a_list_of_one_batch_is_a_batch():
    assert is_batch([sample()])
    assert not is_batch([DataSample().set_gt_label(1)])
    assert not is_batch([sample(), sample()])
    assert not is_batch([])
    assert not is_batch(None)


def test_it_moves_clones_and_pickles_like_a_data_sample():
    for copy in (
        sample().to('cpu'),
        sample().clone(),
        sample().detach(),
        pickle.loads(pickle.dumps(sample())),
    ):
        assert isinstance(copy, BatchDataSample)
        assert copy.gt_label.tolist() == [2, 0, 1]
        assert torch.equal(copy.pred_score, torch.eye(3))
