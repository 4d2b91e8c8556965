"""Asks the web, politely and carefully. In: an address. Out: what is there, or a FetchError that says why not.

Polite (robots.txt, few requests at once, an honest name), careful (public hosts only, limited sizes and
times). It does not know what the bytes mean, nor which addresses are worth asking.
"""

from ingest.fetch.addresses import Address, Resolve, parse_address
from ingest.fetch.client import Fetched, Fetcher
from ingest.fetch.decompress import gunzip

__all__ = ["Address", "Fetched", "Fetcher", "Resolve", "gunzip", "parse_address"]
