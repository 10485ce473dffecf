"""FCC in front of the vMF classifier, on DigitsLT: a no-op, by construction.

The head looks at the direction of a feature alone, and FCC changes its length
alone: logits, losses and gradients are those of vmf/resnet20_digitslt.py (see its README;
the classifier says so in the log). Here to show it.
Ours: not run yet.
Run: python tools/train.py configs/fcc/vmf_resnet20_digitslt.py
"""

_base_ = '../vmf/resnet20_digitslt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=0.25),
    ],
)
