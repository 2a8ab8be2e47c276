"""Everything on one machine: emulated networks, a recorded town and a quick clock, to see Otklik at work."""
