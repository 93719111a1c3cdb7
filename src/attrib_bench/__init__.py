"""attrib-bench: who says so, in which words, how sure do they sound, and through whose hands did it come?"""

from importlib.metadata import version

__version__ = version("attrib-bench")
