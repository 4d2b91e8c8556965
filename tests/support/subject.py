"""The subject of the sample blog."""

from bot.text.subjects import load_subject

HEALTH = load_subject("health")
