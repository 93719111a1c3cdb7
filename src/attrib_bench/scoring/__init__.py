"""Scores: pure functions on documents and predictions. They read no files, print nothing and keep no state."""
