"""`python -m ingest.index`: finish and check a store, in a process that its damage may end."""

from ingest.index.finish import main

if __name__ == "__main__":
    main()
