"""ResNet-152, pre-trained, of whose convolutions the last block's are trained.

Scales and offsets of batch normalization are trained in every block.
"""

_base_ = './resnet152_placeslt.py'

model = dict(
    frozen=[
        'backbone.conv1',
        *(f'backbone.layer{stage}.0.downsample.0' for stage in (1, 2, 3, 4)),
        *(
            f'backbone.layer{stage}.{block}.conv{number}'
            for stage, blocks in ((1, 3), (2, 8), (3, 36), (4, 2))
            for block in range(blocks)
            for number in (1, 2, 3)
        ),
    ],
)
