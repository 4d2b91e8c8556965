"""Look at an installation and say what is wrong with it, in sentences for the owner of a blog.

In goes the environment, out come diagnoses: a part, a status and a sentence each. Nothing is changed, no secret is named, and no
error ends it. This room does not know how any part does its work.
"""

from bot.doctor.checkup import Checkup, examine
from bot.doctor.diagnosis import Diagnosis

__all__ = ["Checkup", "Diagnosis", "examine"]
