"""Judgement: pure functions from what was measured to what is said. No clock, no files, no app."""
