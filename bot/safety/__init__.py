"""Whether a message is urgent: somebody may need medical help now, or may come to harm.

In go a message and the conversation before it; out comes an Urgent with the message for the reader,
or None. This room knows neither the blog nor its index, and answers no question.
"""

from bot.safety.classifier import UrgentClassifier, load_classifier
from bot.safety.red_flags import RedFlags, Urgent
from bot.safety.rules import Flag, Guide, load_guide, packaged_guide

__all__ = [
    "Flag",
    "Guide",
    "RedFlags",
    "Urgent",
    "UrgentClassifier",
    "load_classifier",
    "load_guide",
    "packaged_guide",
]
