"""ViT-B/16 of CLIP, frozen, with AdaptFormer beside its MLPs, and a cosine head of scale 25.

`model.backbone.module.init_cfg` says where the weights are: a file, or an address. It wants the checkpoint that the parent's
tools/model_converters/openai-clip_to_mmpretrain-clip.py makes of OpenAI's (`visual.*` beside the text network). Not one that
was fine-tuned on ImageNet-1k: that network has seen the images and labels that ImageNet-LT leaves out.
"""

model = dict(
    type='LongTailClassifier',
    backbone=dict(
        type='AdaptFormer',
        num_classes=1000,
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
    ),
    head=dict(
        type='CosineClsHead',
        num_classes=1000,
        in_channels=768,
        scale=25.0,
        balanced=True,
    ),
)
