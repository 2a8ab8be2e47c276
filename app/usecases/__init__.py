"""What Otklik does: one verb a file."""
