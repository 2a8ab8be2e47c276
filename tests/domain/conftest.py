"""Properties are tried on the same cases in every run, however slow the machine."""

from hypothesis import settings

settings.register_profile("the same everywhere", deadline=None, derandomize=True, database=None)
settings.load_profile("the same everywhere")
