"""What emulated networks are made of: recorded towns, the clock that replays them, seeded faults, the record of all calls."""
