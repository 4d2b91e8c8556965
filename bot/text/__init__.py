"""Words, numbers and amounts of English text, and text as Markdown or for a log; used by every room.

In goes text; out come words, stems, amounts or safe text. Not known here: questions, articles and what is done with them.
Each module is a table or a few functions, and is imported by its name.
"""
