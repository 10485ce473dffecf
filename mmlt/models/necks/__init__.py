from .fcc_neck import FCCNeck

__all__ = ['FCCNeck']
