"""Its presence puts this folder on the import path: tests say ``from helpers.models import …``."""

from hypothesis import settings

# The same examples on every run, and no example fails for being slow on a busy machine.
settings.register_profile("scorerbm", derandomize=True, deadline=None)
settings.load_profile("scorerbm")
