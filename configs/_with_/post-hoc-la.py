"""Logit adjustment at test of a network trained with cross-entropy, tau 1."""

needs = {
    'model.head.type': ['LinearClsHead'],
    'model.head.loss.type': ['CrossEntropyLoss'],
}

model = dict(head=dict(type='LogitAdjustedClsHead', tau=1.0))
