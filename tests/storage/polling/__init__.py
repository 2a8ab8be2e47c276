"""What is due, claimed by index."""
