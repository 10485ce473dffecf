"""Sharpness-aware minimization (SAM): two passes per batch, flatter minima.

Length 0.05 of the step to where the gradient is taken, as in its paper; for
LDAM with deferred re-weighting on CIFAR-LT 0.8 is published
(`--cfg-options optim_wrapper.rho=0.8`). A training takes twice as long.
"""

needs = {
    'optim_wrapper.type': ['AutocastOptimWrapper'],
    'optim_wrapper.optimizer': None,
}

optim_wrapper = dict(type='SAMOptimWrapper', rho=0.05)
