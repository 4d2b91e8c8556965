"""Whether a message is urgent: somebody may need medical help now, or may come to harm.

In go a message, the conversation before it and the events of an answer; out come the events with the urgent message in
their place or a reminder before them. This room knows neither the blog nor its index, and answers no question.
"""

from bot.safety.classifier import UrgentClassifier, load_classifier
from bot.safety.decision import AFTER_URGENT, HelpReported, Reminder, Urgent
from bot.safety.red_flags import LoadClassifier, RedFlags, open_red_flags
from bot.safety.rules import Flag, Guide, load_guide, packaged_guide

__all__ = [
    "AFTER_URGENT",
    "Flag",
    "Guide",
    "HelpReported",
    "LoadClassifier",
    "RedFlags",
    "Reminder",
    "Urgent",
    "UrgentClassifier",
    "load_classifier",
    "load_guide",
    "open_red_flags",
    "packaged_guide",
]
