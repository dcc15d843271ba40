"""Policies: what to do with one judged row; none yet, see `core.stages.Policy` for the contract."""
