"""How long tests wait for what must happen: generous, since a busy machine is no failure."""

PATIENCE = 120.0  # seconds
