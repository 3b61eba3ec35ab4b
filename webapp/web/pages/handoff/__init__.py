"""Pages of a hand-off, for its owner and for its recipient."""
