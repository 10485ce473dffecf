"""Lightning with a sampler, a loss and the metrics of mmlt.

Needs: pip install mmlt lightning
"""

import lightning
import torch
from torch.utils.data import DataLoader, TensorDataset

from mmlt import LongTailMetrics
from mmlt.losses import BalancedSoftmaxLoss
from mmlt.samplers import LongTailSampler

COUNTS = [200, 60, 10]
criterion = BalancedSoftmaxLoss()
# as often as the sampler draws the classes; without a sampler: COUNTS
criterion.set_class_counts([round(10 * n**0.5) for n in COUNTS])
labels = torch.tensor([0] * 200 + [1] * 60 + [2] * 10)
data = TensorDataset(torch.randn(270, 8) + labels[:, None], labels)


class Classifier(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.network, self.loss = torch.nn.Linear(8, 3), criterion
        self.metrics = LongTailMetrics(3, COUNTS, kind='logits')

    def training_step(self, batch):
        return self.loss(self.network(batch[0]), batch[1])

    def validation_step(self, batch):
        self.metrics.update(self.network(batch[0]), batch[1])

    def on_validation_epoch_end(self):
        self.log_dict(self.metrics.compute())
        self.metrics.reset()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


loader = DataLoader(data, 32, sampler=LongTailSampler(data, 'square_root'))
# the sampler deals its images out to the processes itself
trainer = lightning.Trainer(
    max_epochs=3, logger=False, use_distributed_sampler=False
)
trainer.fit(Classifier(), loader, DataLoader(data, 32))
print(trainer.callback_metrics)
