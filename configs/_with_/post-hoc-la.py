"""Logit adjustment at test of a network trained with cross-entropy, tau 1."""

at_test = True
needs = {
    # others do not train with the loss of the head alone
    'model.type': ['LongTailClassifier', 'ImageClassifier'],
    'model.head.type': ['LinearClsHead'],
    'model.head.loss.type': ['CrossEntropyLoss'],
}

model = dict(head=dict(type='LogitAdjustedClsHead', tau=1.0))
