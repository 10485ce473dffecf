"""SAM by hand, Focal-SAM against the published code."""

import pytest
import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from mmengine.optim import MultiStepParamScheduler
from torch import nn

from mmlt.engine import SAMOptimWrapper
from mmlt.models import SharpnessWeightedLoss
from mmlt.models.epoch_generator import EpochGenerator
from mmlt.runs.recipes import load_recipe
from mmlt.runs.training import TrainingOptions, merge_options
from tests.golden_cases import COUNTS

INPUTS = [[1, 0.5], [-0.5, 1], [0.3, -0.8]]
LABELS = torch.tensor([0, 1, 3])
WEIGHT = [[0.1, 0.2], [-0.3, 0.1], [0.2, -0.2], [0.0, 0.4]]


class Net(BaseModel):
    """A linear classifier, behind what is wanted."""

    def __init__(self, loss=None, before=None, dtype=torch.float32):
        super().__init__()
        self.before = before or nn.Identity()
        self.fc = nn.Linear(2, 4, bias=False)
        self.fc.weight.data = torch.tensor(WEIGHT)
        self.loss_module = loss or nn.CrossEntropyLoss()
        self.to(dtype)

    def forward(self, inputs, labels, mode='tensor'):
        logits = self.fc(self.before(inputs))
        return dict(loss=self.loss_module(logits, labels))


def focal(**settings):
    loss = SharpnessWeightedLoss(dict(type='CrossEntropyLoss'), **settings)
    loss.set_class_counts(COUNTS)
    return loss


def batch(rows=slice(None), dtype=torch.float32):
    return dict(
        inputs=torch.tensor(INPUTS, dtype=dtype)[rows], labels=LABELS[rows]
    )


def wrapper(model, rho, lr=0.1, **kwargs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    return SAMOptimWrapper(rho, optimizer=optimizer, dtype=None, **kwargs)


def loss_of(weight, data):
    return F.cross_entropy(data['inputs'] @ weight.T, data['labels'])


def sam_gradient(weight, data, rho):
    """By hand."""
    weight = weight.detach().requires_grad_()
    (up,) = torch.autograd.grad(loss_of(weight, data), weight)
    above = (weight + rho * up / up.norm()).detach().requires_grad_()
    return torch.autograd.grad(loss_of(above, data), above)[0]


def test_focal_sam_is_that_of_the_published_code():
    """focal_sam_step() of Focal-SAM@86c13c6, one step in float32 on CPU."""
    model = Net(focal(strength=0.8, power=3.2))
    logged = model.train_step(batch(), wrapper(model, 0.3))
    expected = torch.tensor(
        [
            [0.1256150, 0.2101546],
            [-0.3210659, 0.1288246],
            [0.1905851, -0.2001634],
            [0.0048657, 0.3611843],
        ]
    )
    torch.testing.assert_close(model.fc.weight, expected, rtol=1e-5, atol=0)
    # what is logged is the loss at the weights
    start = torch.tensor(WEIGHT)
    torch.testing.assert_close(logged['loss'], loss_of(start, batch()))


def test_sam_by_hand():
    data = batch(dtype=torch.float64)
    model = Net(dtype=torch.float64)
    start = model.fc.weight.detach().clone()
    model.train_step(data, wrapper(model, 0.3))
    expected = start - 0.1 * sam_gradient(start, data, 0.3)
    torch.testing.assert_close(model.fc.weight, expected, rtol=1e-13, atol=0)


@pytest.mark.parametrize(
    ('settings', 'same'),
    [(dict(strength=1.0, power=0.0), True), (dict(strength=0.0), False)],
)
def test_between_sam_and_its_optimizer(settings, same):
    """All weights 1 is SAM, all weights 0 the optimizer alone."""
    data, model = batch(dtype=torch.float64), Net(focal(**settings))
    model.double()
    start = model.fc.weight.detach().clone()
    model.train_step(data, wrapper(model, 0.3))
    rho = 0.3 if same else 0.0
    expected = start - 0.1 * sam_gradient(start, data, rho)
    torch.testing.assert_close(model.fc.weight, expected, rtol=1e-12, atol=0)


def test_a_tiny_step_is_the_optimizer_alone():
    found, plain = Net(dtype=torch.float64), Net(dtype=torch.float64)
    data = batch(dtype=torch.float64)
    found.train_step(data, wrapper(found, 1e-12))
    loss_of(plain.fc.weight, data).backward()
    expected = plain.fc.weight - 0.1 * plain.fc.weight.grad
    torch.testing.assert_close(found.fc.weight, expected, rtol=1e-11, atol=0)


def test_it_lowers_the_loss_around_the_weights():
    """g . grad(loss above) > 0: the loss above falls."""
    data, model = batch(), Net()

    def above():
        weight = model.fc.weight.detach().requires_grad_()
        (up,) = torch.autograd.grad(loss_of(weight, data), weight)
        return loss_of(weight + 0.3 * up / up.norm(), data).item()

    wrap, before = wrapper(model, 0.3), above()
    for _ in range(20):
        model.train_step(data, wrap)
    assert above() < 0.8 * before


def test_accumulation_is_the_mean_of_the_batches():
    model = Net(dtype=torch.float64)
    start = model.fc.weight.detach().clone()
    halves = [
        batch(rows, torch.float64) for rows in (slice(0, 2), slice(2, 3))
    ]
    wrap = wrapper(model, 0.3, accumulative_counts=2)
    model.train_step(halves[0], wrap)
    assert torch.equal(model.fc.weight, start)
    model.train_step(halves[1], wrap)
    gradients = [sam_gradient(start, half, 0.3) for half in halves]
    expected = start - 0.1 * sum(gradients) / 2
    torch.testing.assert_close(model.fc.weight, expected, rtol=1e-12, atol=0)
    assert model.fc.weight.grad is None


def test_statistics_move_once():
    torch.manual_seed(0)
    found, once = (Net(before=nn.BatchNorm1d(2)) for _ in range(2))
    found.train_step(batch(), wrapper(found, 0.3))
    once(**batch())
    for name, buffer in once.named_buffers():
        assert torch.equal(dict(found.named_buffers())[name], buffer), name
    assert found.before.num_batches_tracked == 1


class Moving(nn.Module):
    """A part with all the state that a forward pass can move."""

    def __init__(self):
        super().__init__()
        self.register_buffer('queue', torch.zeros(2))
        self.momentum = nn.Parameter(torch.ones(2), requires_grad=False)
        self.numbers = EpochGenerator('test')
        self.seen = []

    def random_state(self):
        return self.numbers.state()

    def set_random_state(self, state):
        self.numbers.set_state(state)

    def forward(self, inputs):
        with torch.no_grad():
            self.queue += inputs.mean(0)
            self.momentum.mul_(0.5)
        noise = torch.rand(2, generator=self.numbers.on('cpu'))
        self.seen.append((self.queue + self.momentum + noise).clone())
        return inputs + self.seen[-1]


def test_both_passes_begin_with_the_same_state():
    """As queues, means of classes, momentum encoders and mixtures need it."""
    model, alone = Net(before=Moving()), Net(before=Moving())
    optimizer = torch.optim.SGD(
        [p for p in model.parameters() if p.requires_grad], lr=0.1
    )
    sam = SAMOptimWrapper(0.3, optimizer=optimizer, dtype=None)
    for _ in range(3):
        model.train_step(batch(), sam)
        alone(**batch())
    seen = model.before.seen
    for first, second, expected in zip(
        seen[::2], seen[1::2], alone.before.seen, strict=True
    ):
        assert torch.equal(first, second)
        assert torch.equal(first, expected)  # moved once per batch
    for ours, expected in (
        (model.before.queue, alone.before.queue),
        (model.before.momentum, alone.before.momentum),
        (model.before.random_state(), alone.before.random_state()),
    ):
        assert torch.equal(ours, expected)


def test_the_weights_are_put_back_when_the_second_pass_fails():
    class Twice(nn.Module):
        calls = 0

        def forward(self, x):
            self.calls += 1
            if self.calls == 2:
                raise KeyboardInterrupt
            return x

    model = Net(before=Twice())
    start = model.fc.weight.detach().clone()
    with pytest.raises(KeyboardInterrupt):
        model.train_step(batch(), wrapper(model, 0.3))
    assert torch.equal(model.fc.weight, start)
    # no hook is left behind
    assert not model._forward_pre_hooks


def test_parameters_without_a_gradient_stay():
    model = Net()
    model.unused = nn.Linear(2, 2)
    model.fixed = nn.Linear(2, 2).requires_grad_(False)
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    model.train_step(batch(), wrapper(model, 0.3))
    changed = [
        n for n, p in model.named_parameters() if not torch.equal(before[n], p)
    ]
    assert changed == ['fc.weight']


def test_the_gradient_is_clipped_at_the_end():
    model = Net()
    start = model.fc.weight.detach().clone()
    wrap = wrapper(model, 0.3, clip_grad=dict(max_norm=1e-3))
    model.train_step(batch(), wrap)
    length = (model.fc.weight - start).norm().item()
    assert length == pytest.approx(0.1 * 1e-3, rel=1e-3)


def test_bfloat16_in_both_passes():
    seen = []

    class Look(nn.Module):
        def forward(self, x):
            seen.append(torch.is_autocast_enabled('cpu'))
            return x

    model = Net(before=Look())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    wrap = SAMOptimWrapper(0.3, optimizer=optimizer, dtype='bfloat16')
    model.train_step(batch(), wrap)
    assert seen == [True, True]
    assert model.fc.weight.dtype == torch.float32


def test_a_model_that_runs_twice_is_refused():
    class TwoRuns(Net):
        def train_step(self, data, optim_wrapper):
            with optim_wrapper.optim_context(self):
                loss = self(**data)['loss'] + self(**data)['loss']
            optim_wrapper.update_params(loss)

    model = TwoRuns()
    with pytest.raises(ValueError, match='run once.*ran 2 times'):
        model.train_step(batch(), wrapper(model, 0.3))


def rho_schedule(optim_wrapper):
    return MultiStepParamScheduler(
        optim_wrapper, param_name='rho', milestones=[1], gamma=2.0
    )


def test_a_schedule_changes_rho():
    data = batch(dtype=torch.float64)
    model = Net(dtype=torch.float64)
    optim_wrapper = wrapper(model, 0.1)
    schedule = rho_schedule(optim_wrapper)
    for rho in (0.1, 0.2):
        assert optim_wrapper.rho == rho
        start = model.fc.weight.detach().clone()
        model.train_step(data, optim_wrapper)
        expected = start - 0.1 * sam_gradient(start, data, rho)
        torch.testing.assert_close(
            model.fc.weight, expected, rtol=1e-13, atol=0
        )
        schedule.step()


def test_rho_is_resumed_as_the_schedule_left_it():
    model = Net()
    optim_wrapper = wrapper(model, 0.1)
    schedule = rho_schedule(optim_wrapper)
    model.train_step(batch(), optim_wrapper)
    schedule.step()
    again = wrapper(model, 0.1)
    later = rho_schedule(again)
    again.load_state_dict(optim_wrapper.state_dict())
    later.load_state_dict(schedule.state_dict())
    assert again.rho == 0.2
    # the state of an optimizer of before rho was in it
    state = optim_wrapper.state_dict()
    for group in state['param_groups']:
        del group['rho']
    again.load_state_dict(state)
    assert again.rho == 0.1


@pytest.mark.parametrize('rho', [0, -1, float('inf')])
def test_rho_out_of_range_is_refused(rho):
    with pytest.raises(ValueError, match='`rho`'):
        wrapper(Net(), rho)


@pytest.mark.parametrize(
    ('recipe', 'kept'),
    [('focal_sam', 'SAMOptimWrapper'), ('ce', 'AutocastOptimWrapper')],
)
def test_mixed_precision_is_asked_of_it(recipe, kept, tmp_path):
    name = f'{recipe}/resnet20_digitslt'
    options = TrainingOptions(name, work_dir=str(tmp_path), amp=True)
    cfg = merge_options(load_recipe(name), options)
    assert cfg.optim_wrapper.type == kept
    assert cfg.optim_wrapper.dtype == 'bfloat16'


class ConvNet(BaseModel):
    """Two convolutions, as those of a ResNet."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 4, 3),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )

    def forward(self, inputs, labels, mode='tensor'):
        return dict(loss=F.cross_entropy(self.layers(inputs), labels))


@pytest.mark.parametrize('fused', [True, False])
def test_gradients_lie_in_memory_as_their_parameters(fused):
    """A fused optimizer goes through both as they lie there.

    Images in channels last give convolutions gradients of that layout, and
    ``torch.autograd.grad`` hands them out as they are.
    """
    torch.manual_seed(1)
    images = torch.randn(6, 3, 9, 9).to(memory_format=torch.channels_last)
    data = dict(inputs=images, labels=torch.tensor([0, 1, 2, 3, 1, 2]))
    plain, sam = ConvNet(), ConvNet()
    optimizer = torch.optim.SGD(plain.parameters(), lr=0.1, fused=fused)
    loss_before = plain(**data)['loss']
    loss_before.backward()
    optimizer.step()
    optimizer = torch.optim.SGD(sam.parameters(), lr=0.1, fused=fused)
    sam.train_step(
        data, SAMOptimWrapper(1e-7, optimizer=optimizer, dtype=None)
    )
    for ours, theirs in zip(sam.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)
