"""Stages: understand."""
