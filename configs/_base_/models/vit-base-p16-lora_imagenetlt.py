"""ViT-B/16 of CLIP, frozen, with LoRA in its attention, and a linear head with 1,000 classes.

`model.backbone.module.init_cfg` says where the weights are: a file, or an address. It wants the parent's CLIP checkpoint
(`visual.*` beside the text network). Not one that was fine-tuned on ImageNet-1k: that network has seen the images
and labels that ImageNet-LT leaves out. Without the file nothing is built, as a frozen network without weights is of no use.
"""

model = dict(
    type='LongTailClassifier',
    backbone=dict(
        type='LoRAModel',
        module=dict(
            type='VisionTransformer',
            arch='base',
            img_size=224,
            patch_size=16,
            pre_norm=True,
            layer_cfgs=dict(act_cfg=dict(type='QuickGELU')),
            init_cfg=dict(
                type='Pretrained',
                checkpoint='data/weights/clip_vit-base-p16.pth',
                prefix='visual',
            ),
        ),
        alpha=16,
        rank=16,
        targets=[dict(type='qkv')],
    ),
    head=dict(
        type='LinearClsHead',
        num_classes=1000,
        in_channels=768,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
