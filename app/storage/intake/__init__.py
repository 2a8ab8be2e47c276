"""The statements that take in a page: what is looked up around it, and what its messages bring and change."""
