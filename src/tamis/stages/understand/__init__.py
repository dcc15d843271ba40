"""Understanders: what is done to a query before retrieval; none yet, see `core.stages.Understander`."""
