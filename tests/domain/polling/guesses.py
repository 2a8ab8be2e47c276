"""What a planner guesses before it has learnt anything."""

from app.domain.polling.spread import LEVELS, learn_spread

GUESSED_SPREAD = learn_spread([0.0] * LEVELS, 1.0)
