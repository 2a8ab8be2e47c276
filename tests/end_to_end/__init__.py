"""Whole installations: real processes and databases under emulated networks, from a wall to an answer and through failures."""
