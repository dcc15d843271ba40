"""Floor 2: a trained system on disk, written whole or not at all, checked when it is read."""
