"""What a recipe of mmsegmentation needs for the vMF classifier on ADE20K.

In ``data/ade/ADEChallengeData2016``. The training pixels are counted once,
and kept in the folder of the run.
"""

custom_imports = dict(
    imports=['mmlt.engine', 'mmlt.dense'], allow_failed_imports=False
)
custom_hooks = [dict(type='PixelCountsHook')]
