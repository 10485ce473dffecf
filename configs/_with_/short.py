"""A tenth of the schedule, for a first look: 20 epochs instead of 200.

Its numbers are not comparable with published ones.
"""

schedule = dict(scale=0.1, warmup=2, val_interval=5)
