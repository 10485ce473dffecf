from .cifar_resnet import CIFARResNet
from .multi_expert_cifar_resnet import MultiExpertCIFARResNet
from .multi_expert_resnet import (
    MultiExpertResNet,
    MultiExpertResNet10,
    MultiExpertResNeXt,
)
from .parallel_backbones import ParallelBackbones
from .resnet10 import ResNet10

__all__ = [
    'CIFARResNet',
    'MultiExpertCIFARResNet',
    'MultiExpertResNeXt',
    'MultiExpertResNet',
    'MultiExpertResNet10',
    'ParallelBackbones',
    'ResNet10',
]
