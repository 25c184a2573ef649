"""Bars and stripes, and how well a model has learned them."""
