from .cifar_resnet import CIFARResNet
from .multi_expert_cifar_resnet import MultiExpertCIFARResNet
from .parallel_backbones import ParallelBackbones

__all__ = ['CIFARResNet', 'MultiExpertCIFARResNet', 'ParallelBackbones']
