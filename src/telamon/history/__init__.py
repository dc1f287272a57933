"""Changing the history itself: several migrations become one, a new start, mine after theirs. Each proved by replay."""
