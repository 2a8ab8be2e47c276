"""Otklik: finds residents' messages that need an official answer, queues them, and measures how long people wait."""
