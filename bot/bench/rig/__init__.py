"""What the benches share: a synthetic blog, stand-ins for models and servers, a browser, a stopwatch.

It does not know what is measured.
"""
