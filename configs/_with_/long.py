"""Twice the schedule: 400 epochs instead of 200, warm-up and steps too.

For results that are published for 400 epochs, most of them with
`auto-augment`. A recipe that has 400 epochs already gets 800.
"""

schedule = dict(scale=2.0, warmup=40, val_interval=20)
