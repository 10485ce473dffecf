"""What is fitted on held-out predictions, and applied."""
