"""Who may come in: people and scripts, and what they show at the door."""
