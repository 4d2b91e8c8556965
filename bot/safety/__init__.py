"""Whether a message is urgent: somebody may need medical help now, or may come to harm.

In go a message and the conversation before it; out comes an Urgent with the message for the reader; after
a red flag a Reminder to put before the answer, or a reply to a reader who found help; or None. This room
knows neither the blog nor its index, and answers no question.
"""

from bot.safety.classifier import UrgentClassifier, load_classifier
from bot.safety.red_flags import HelpReported, RedFlags, Reminder, Urgent
from bot.safety.reminder import remind
from bot.safety.rules import Flag, Guide, load_guide, packaged_guide

__all__ = [
    "Flag",
    "Guide",
    "HelpReported",
    "RedFlags",
    "Reminder",
    "Urgent",
    "UrgentClassifier",
    "load_classifier",
    "load_guide",
    "packaged_guide",
    "remind",
]
