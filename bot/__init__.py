"""Answer readers' questions from the index, each sentence footnoted to its passage."""
