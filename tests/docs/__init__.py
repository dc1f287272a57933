"""The README and the pages of docs/: their examples are run, their reference is made from the code."""
