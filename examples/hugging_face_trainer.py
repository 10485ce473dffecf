"""Trainer of Hugging Face with a sampler, a loss and the numbers of mmlt.

Needs: pip install mmlt 'transformers<5' accelerate
"""

import torch
import transformers as hf

import mmlt
from mmlt.losses import BalancedSoftmaxLoss
from mmlt.samplers import LongTailSampler

COUNTS = torch.tensor([60, 20, 8])
labels = torch.arange(3).repeat_interleave(COUNTS).tolist()
rows = [
    {'pixel_values': torch.randn(3, 32, 32) + n, 'labels': n} for n in labels
]
criterion = BalancedSoftmaxLoss()
# as often as the sampler draws the classes; without a sampler: COUNTS
criterion.set_class_counts((10 * COUNTS.sqrt()).long())


class Trainer(hf.Trainer):
    def _get_train_sampler(self, *_):
        # accelerate deals the batches out to the processes
        return LongTailSampler(labels, 'square_root', seed=0, shard=False)


def numbers(found):
    return mmlt.evaluate(*found, COUNTS, kind='logits')['numbers']


trainer = Trainer(
    hf.ResNetForImageClassification(hf.ResNetConfig(num_labels=3)),
    hf.TrainingArguments('hf_run', num_train_epochs=1, report_to='none'),
    train_dataset=rows,
    eval_dataset=rows,
    compute_loss_func=lambda out, y, **_: criterion(out['logits'], y),
    compute_metrics=numbers,
)
trainer.train()
print(trainer.evaluate())
