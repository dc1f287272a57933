"""atlas.hcl, and repositories as Atlas leaves them."""
