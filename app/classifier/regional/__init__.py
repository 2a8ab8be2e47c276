"""What a region adds to the shipped model: its own labels, and a shift of the shipped verdicts towards what its people say."""
