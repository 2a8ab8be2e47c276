"""The rules: clocks, answers, deadlines, without any database."""
