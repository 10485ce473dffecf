"""A work directory: config, checkpoint, record, log, splits, predictions."""
