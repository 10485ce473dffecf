"""A training loop of timm with a sampler, a loss and the metrics of mmlt.

Needs: pip install mmlt timm
"""

import timm
import torch
from timm.optim import create_optimizer_v2
from timm.scheduler import CosineLRScheduler
from torch.utils.data import DataLoader, TensorDataset

import mmlt
from mmlt.losses import BalancedSoftmaxLoss
from mmlt.samplers import LongTailSampler

EPOCHS = 2
COUNTS = torch.tensor([60, 20, 8])
labels = torch.arange(3).repeat_interleave(COUNTS)
images = torch.randn(88, 3, 32, 32) + labels[:, None, None, None]
sampler = LongTailSampler(labels.tolist(), 'square_root', seed=0)
loader = DataLoader(TensorDataset(images, labels), 16, sampler=sampler)

model = timm.create_model('resnet10t', num_classes=3)
optimizer = create_optimizer_v2(model, opt='adamw', lr=1e-3)
scheduler = CosineLRScheduler(optimizer, t_initial=EPOCHS)
criterion = BalancedSoftmaxLoss()
# as often as the sampler draws the classes; without a sampler: COUNTS
criterion.set_class_counts((10 * COUNTS.sqrt()).long())
for epoch in range(EPOCHS):
    model.train()
    sampler.set_progress(epoch, EPOCHS)
    for batch, targets in loader:
        optimizer.zero_grad()
        loss = criterion(model(batch), targets)
        loss.backward()
        optimizer.step()
    scheduler.step(epoch + 1)
    print(f'epoch {epoch + 1}: loss {loss.item():.3f}')

# your test set; here, to be short, the training images
scores = model.eval()(images).softmax(dim=1).detach()
numbers = mmlt.evaluate(scores, labels, COUNTS)['numbers']
print({name: round(numbers[name], 1) for name in ('top1', 'few', 'ece')})
