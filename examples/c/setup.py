"""How the extension module in C is built: run.sh does."""

from setuptools import Extension, setup

import scorerbm

setup(
    name="energies",
    ext_modules=[Extension("energies", ["energies.c"], include_dirs=[scorerbm.get_include()])],
)
