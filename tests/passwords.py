"""Passwords of tests: hashed in no time, for nobody guesses them."""

from argon2 import PasswordHasher

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
