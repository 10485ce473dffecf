"""40 epochs at batch 32 for a transformer on the digits; ours."""

_base_ = './digits_40e.py'

optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=2e-3, weight_decay=0.05),
)
