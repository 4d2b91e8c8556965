"""Measure answers and speed, and train the reader. Nothing here runs while readers are answered."""
