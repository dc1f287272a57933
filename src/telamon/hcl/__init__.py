"""Reads atlas.hcl, Atlas's project file, into an `Env`. What is not understood is an error, never passed over."""

from __future__ import annotations

from telamon.hcl.project import load_atlas

__all__ = ["load_atlas"]
