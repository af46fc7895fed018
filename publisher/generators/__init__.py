"""Edition(s) in, artifacts out. Every generator is a pure function of its arguments."""
