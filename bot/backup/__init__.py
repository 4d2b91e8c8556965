"""Index, feedback and the owner's settings in one file, and back from it; or between files and a database.

In: the settings, which name index and feedback, and the file. Out: what was saved or restored. It does not know how an
index is searched, nor whether a server runs: both work while readers ask.
"""

from bot.backup.move import Moved, Place, move
from bot.backup.recovery import Restored, restore
from bot.backup.snapshot import Saved, save

__all__ = ["Moved", "Place", "Restored", "Saved", "move", "restore", "save"]
