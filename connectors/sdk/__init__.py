"""All that a connector may import: contract, errors, http, registry; for its emulator, emulation; for its tests, testing."""
