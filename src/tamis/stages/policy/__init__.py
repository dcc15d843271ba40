"""Stages: policy."""
