"""How the extension module in Cython is built: run.sh does."""

from Cython.Build import cythonize
from setuptools import Extension, setup

import scorerbm

setup(
    name="annealed",
    ext_modules=cythonize(
        [Extension("annealed", ["annealed.pyx"], include_dirs=[scorerbm.get_include()])],
        quiet=True,
    ),
)
