"""Lint: replays new migration files on the dev database, observes what they do, and judges that by rules."""
