"""The version, apart from the package so that modules inside need not import the whole."""

__version__ = "0.1.0"
