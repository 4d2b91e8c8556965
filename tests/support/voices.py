"""Voices and recognition of speech for headless Chromium, which has neither: scripts to run before the page's own."""

from __future__ import annotations

import json
from collections.abc import Sequence

# A synthesis without sound: `spoken` lists what it was asked to speak, and `heard()` ends the first that it holds.
_VOICES = """
  window.spoken = [];
  const queue = [];
  window.heard = () => queue.shift()?.onend({});
  window.waiting = () => queue.length;
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, "speechSynthesis", { value: Object.assign(new EventTarget(), {
    getVoices: () => VOICES.map(([lang, localService]) => ({ lang, localService })),
    speak: (one) => { spoken.push([one.voice.lang, one.text]); queue.push(one); },
    cancel: () => queue.splice(0).forEach((one) => one.onerror({ error: "canceled" })),
  }) });
"""
_EARS = """
  window.ears = [];
  window.SpeechRecognition = class {
    static async available(options) { return options.processLocally && options.langs[0] === "en-GB" ? READY : "unavailable"; }
    get processLocally() { return this.local ?? false; }
    set processLocally(value) { this.local = value; }
    start() { ears.push(this); }
    hear(text) { this.onresult({ results: [[{ transcript: text }]] }); }
    stop() { this.onend(); }
    abort() { this.aborted = true; this.onend(); }
  };
"""
ON_THE_DEVICE = (("en-US", False), ("en-GB", True), ("de-DE", True))  # the first is the network's


def voices(offered: Sequence[tuple[str, bool]] = ON_THE_DEVICE) -> str:
    """offered: (language, whether the voice runs on the device)."""
    return _VOICES.replace("VOICES", json.dumps([list(one) for one in offered]))


def ears(ready: str = "available") -> str:
    """Recognition of British English. ready: what the browser says of its model on the device."""
    return _EARS.replace("READY", json.dumps(ready))
