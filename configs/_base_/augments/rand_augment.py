"""RandAugment as NCL's code asks for it: `rand-n2-m10-mstd0.5`.

Two operations of these fifteen, each applied half of the time, at magnitude 10
of 10 with a deviation of 0.5. The list is timm's for that name; mmpretrain's
preset is timm's other one (`inc1`, in which an operation is the stronger the
higher its magnitude).
"""

rand_augment = dict(
    type='RandAugment',
    num_policies=2,
    magnitude_level=10,
    magnitude_std=0.5,
    # mean of ImageNet as the reader has it: blue, green, red
    hparams=dict(pad_val=[104, 116, 124], interpolation='bicubic'),
    policies=[
        dict(type='AutoContrast'),
        dict(type='Equalize'),
        dict(type='Invert'),
        dict(type='Rotate', magnitude_range=(0, 30)),
        dict(type='Posterize', magnitude_range=(0, 4)),
        dict(type='Solarize', magnitude_range=(0, 256)),
        dict(type='SolarizeAdd', magnitude_range=(0, 110)),
        # factors of 0.1 to 1.9, 1.9 at magnitude 10
        *[
            dict(
                type=kind, magnitude_range=(-0.9, 0.9), random_negative_prob=0
            )
            for kind in (
                'ColorTransform',
                'Contrast',
                'Brightness',
                'Sharpness',
            )
        ],
        *[
            dict(type=kind, magnitude_range=(0, top), direction=direction)
            for kind, top in (('Shear', 0.3), ('Translate', 0.45))
            for direction in ('horizontal', 'vertical')
        ],
    ],
)
