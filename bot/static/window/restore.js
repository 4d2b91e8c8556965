// The answers of this conversation as the server signed them, stored in this tab under the conversation's key: if another
// server answers after a reload, frame.js shows them to it. A server that is alone signs nothing, and nothing is stored.
(() => {
  "use strict";
  const { one, all, settled } = window.footnote;
  const MOST = 100000; // characters; the oldest answers go first
  let stored = "";

  // What frame.js has shown to the server once must not come back after "Clear".
  function forget() {
    const field = one("#fn-past :is(textarea, input)");
    if (!field?.value) return;
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  settled(() => {
    const ids = all(".fn-actions .fn-signed").map((place) => place.textContent);
    while (ids.join(" ").length > MOST) ids.shift();
    const now = ids.join(" ");
    const key = one("#fn-key :is(textarea, input)")?.value;
    if (now === stored || !key) return;
    stored = now;
    if (!now) forget();
    try {
      sessionStorage.setItem("footnote-past", JSON.stringify({ key, ids: now }));
    } catch {} // storage is blocked: the conversation stays with its server
  });
})();
