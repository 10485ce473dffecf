"""Balanced softmax, ViT-B/16 of CLIP with LoRA on ImageNet-LT.

Put the weights where configs/_base_/models/vit-base-p16-lora_imagenetlt.py says, or add
--cfg-options model.backbone.module.init_cfg.checkpoint=<file>.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/bsce/vit-base-p16-lora_imagenetlt.py
"""

_base_ = [
    '../_base_/models/vit-base-p16-lora_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/lora_10e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(loss=dict(_delete_=True, type='BalancedSoftmaxLoss')))
# those of CLIP
data_preprocessor = dict(
    mean=[122.771, 116.746, 104.094], std=[68.5, 66.632, 70.323]
)
train_dataloader = dict(batch_size=128)
