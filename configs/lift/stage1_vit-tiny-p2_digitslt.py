"""Stage 1, in place of CLIP: a small transformer with cross-entropy on DigitsLT.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/lift/stage1_vit-tiny-p2_digitslt.py
"""

_base_ = [
    '../_base_/models/vit-tiny-p2_digits.py',
    '../_base_/datasets/digitslt.py',
    '../_base_/schedules/digits_vit_40e.py',
    '../_base_/default_runtime.py',
]
