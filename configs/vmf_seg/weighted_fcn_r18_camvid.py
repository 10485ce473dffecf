"""Cross-entropy with weights of the classes, FCN with ResNet-18 on CamVid.

Median frequency balancing (Eigen and Fergus, https://arxiv.org/abs/1411.4734,
Sec. 6.3.2), as SegNet has it on CamVid: the frequency of a class is its share
of the pixels of the images that it is in; its weight is the median of these
frequencies over its own. Counted on the 367 training masks.

Theirs (mIoU): none known to us for this size.
Ours: 44.43 ± 0.42 (docs/segmentation.md).
Run: python tools/train.py configs/vmf_seg/weighted_fcn_r18_camvid.py
"""

_base_ = './stock_fcn_r18_camvid.py'

# fmt: off
_weights = [
    0.2781, 0.2017, 4.802, 0.1498, 1.0, 0.4214, 3.8421, 1.9763, 0.7894,
    6.3748, 8.8574,
]
# fmt: on
# with weights, mmsegmentation divides by those of the labeled pixels anyway, and
# fails where it is told to
_weighted = dict(class_weight=_weights, avg_non_ignore=False)
model = dict(
    decode_head=dict(loss_decode=_weighted),
    auxiliary_head=dict(loss_decode=_weighted),
)
