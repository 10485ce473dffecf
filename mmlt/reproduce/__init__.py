"""The plan of all runs, the queue that makes them, the ledger of results."""
