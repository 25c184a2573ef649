"""Shared by the tests: small models, brute-force distributions, calibrated statistics."""
