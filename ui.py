"""`python ui.py` serves the chat window and the HTTP interface, with settings from the environment."""

from bot.server import main

if __name__ == "__main__":
    main()
