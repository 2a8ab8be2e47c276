"""All that a connector may import: contract, errors, http, registry, testing."""
