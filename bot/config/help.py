"""What each setting is for, in a line for the help of the command line."""

from __future__ import annotations

HELP: dict[str, str] = {
    "index": "folder of the index; empty: data/index in a clone of Footnote's repository, else in your own data folder",
    "host": "address the server binds; 127.0.0.1 keeps it on this machine",
    "port": "port of the server",
    "embedder": "embedding model: the packaged one, a folder, or a name on a model hub",
    "title": "name of the blog, shown above the chat window",
    "max_question": "longest question accepted, in characters",
    "max_history": "turns of a conversation that are looked at",
    "threshold": "probability from which a question counts as answered, 0 to 1",
    "threads": "CPU threads for embedding a question",
    "follow": "what the server follows by itself: addresses, feeds, sitemaps or folders, with "
    "spaces between them",
    "every": "how often that is read again: 90s, 15m, 2h or 1d",
    "owner_token": "secret of at least 16 characters with which POST /api/reingest may be asked for; "
    "empty: nobody may",
    "triage": "your file of red flags, which overrides the packaged one",
    "replies": "your file of replies (a doctor, prices, how to reach you, thanks ...), which overrides the packaged one",
    "words": "a folder of your own words for the window, such as de.json or nl.json, which override ours",
    "subject": "the subject of your blog, whose words help to understand questions: health, none, or the path of your own "
    "file, made like bot/text/subjects/health.toml",
    "emergency": "the number to call in an emergency where your readers are",
    "feedback": "file for readers' thumbs and notes; off: none are asked for; empty: beside the index, "
    "index.feedback.sqlite",
    "share": "pages of answers that readers share: unlisted (search engines are asked not to list them), listed, or off",
    "allow_private": "true: addresses inside your own network may be followed, too",
    "model": "a chat model that words the answers, such as ollama:llama3.2, openai:gpt-4o-mini or "
    "llamacpp:/path/to/model.gguf; what it writes is checked; empty: the blog's own sentences",
    "model_seconds": "how long the chat model may take for an answer; then quotes are shown",
    "allowed_origins": "sites that may show the chat and ask the HTTP interface, with spaces between them: "
    "https://www.your-blog.com https://*.your-shop.com; empty: the blogs that are followed",
    "trusted_proxies": "addresses or networks of your own proxies, with spaces between them; what they say "
    "of a reader (X-Forwarded-For, -Proto, -Host, -Prefix) is believed, what others say is not",
    "root_path": "where a proxy shows the chat if not at the top: /chat, or the whole address "
    "https://www.your-blog.com/chat",
    "protocols": "what programs may use beside /api/ask, with spaces between: mcp (/mcp), openai (/v1) and nlweb (/ask); off: "
    "none",
    "rate": "questions that one reader's address may ask; off: as many as it likes",
    "rate_total": "questions that all readers together may ask; off: as many as they like",
    "blog": "name of this blog, if an installation has several: small letters, digits and hyphens; its index is then in a folder of "
    "that name unless FOOTNOTE_INDEX says otherwise",
    "database_url": "a Postgres in which several servers keep index, votes, gaps, counts, settings and what is added on the desk, such as "
    "postgresql://user:password@host:5432/name; empty: in files of this machine",
    "chroma_url": "a Chroma server that has and searches the vectors of several servers, such as http://host:8000; needs "
    "FOOTNOTE_DATABASE_URL too; empty: each server searches its own copy",
    "chroma_token": "secret that the Chroma server, or a proxy in front of it, asks for",
    "rate_store": "address of a Redis or Valkey that counts for several servers, such as redis://host:6379/0; empty: each server "
    "counts for itself",
    "question_seconds": "how long a question may take, waiting for its turn included",
    "answer_cache": "megabytes of memory for answers that were given since the blog last changed; 0: none are kept; empty: 16, "
    "or 0 with a chat model",
    "log_questions": "true: the log holds what readers ask, also in error messages",
    "log_format": "text, or json for a line of JSON for each entry of the log",
    "greeting": "the question with which the empty window greets readers; empty: in their own language",
    "colour": "the colour of buttons and links in the window, such as #0d5c63",
    "languages": "the languages of the window, the preferred first, such as de en; empty: all that there are",
    "notice": "what the window says about who answers; empty: that a program does, in the reader's language",
    "gaps": "true: questions that the blog does not answer are kept for you, for 90 days and without who asked",
    "paused": "true: the chat answers urgent messages only, and says otherwise that it is paused",
    "pause_message": "what readers see while the chat is paused; empty: a sentence in their own language",
    "model_answers": "answers a day that the chat model may word, for the sake of its price; then quotes are shown; "
    "0: as many as are asked for",
}
