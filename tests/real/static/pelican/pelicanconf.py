"""Settings of the sample blog for Pelican, with the theme that comes with it."""

SITENAME = "The Long Reach"
AUTHOR = "Cleo Brandt"
TIMEZONE = "Europe/Berlin"
DEFAULT_LANG = "en"
PATH = "content"
PAGE_PATHS = ["pages"]
ARTICLE_PATHS = ["posts"]
FILENAME_METADATA = r"(?P<date>\d{4}-\d{2}-\d{2})-(?P<slug>.*)"
ARTICLE_URL = "posts/{slug}.html"
ARTICLE_SAVE_AS = ARTICLE_URL
DEFAULT_PAGINATION = 4
FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_ALL_RSS = "feeds/all.rss.xml"
RELATIVE_URLS = False
DELETE_OUTPUT_DIRECTORY = True
