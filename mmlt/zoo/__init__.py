"""Trained networks that come with mmlt, and the use of any trained one.

- ``index``: what is in the zoo, and whether its files are those
- ``measuring``: the numbers of a network on its test set, against the ledger
- ``adding``: from the folder of a finished run into the zoo
- ``network``: images in, class names and probabilities out
- ``image_files``, ``predict_files``: the same of whole folders
- ``loading``: ``mmlt.load``
"""
