from .cifar_resnet import CIFARResNet
from .multi_expert_cifar_resnet import MultiExpertCIFARResNet
from .parallel_backbones import ParallelBackbones
from .resnet10 import ResNet10

__all__ = [
    'CIFARResNet',
    'MultiExpertCIFARResNet',
    'ParallelBackbones',
    'ResNet10',
]
