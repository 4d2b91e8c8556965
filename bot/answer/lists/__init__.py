"""Lists as answers: which list a question asks for, whole or in part.

In: a question and what was read. Out: the lines of the list, with their source. Not known here: other kinds of answer.
"""

from bot.answer.lists.lines import list_lines, without_other_steps
from bot.answer.lists.named import named_list

__all__ = ["list_lines", "named_list", "without_other_steps"]
