from .cifar_resnet import CIFARResNet
from .resnet10 import ResNet10

__all__ = ['CIFARResNet', 'ResNet10']
