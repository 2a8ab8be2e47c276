"""What polling plans would have done over a recorded trace: the planner that workers use, and the plans that it must beat."""
