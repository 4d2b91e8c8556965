// The answers of this conversation as the server signed them: in a hidden field, for another server that the next question
// may come to, and in this tab under the conversation's key, from where frame.js takes them after a reload. A server that is
// alone signs nothing, and nothing is stored.
(() => {
  "use strict";
  const { one, all, settled } = window.footnote;
  const MOST = 100000; // characters; the oldest answers go first
  let stored = "";

  settled(() => {
    const ids = all(".fn-actions .fn-signed").map((place) => place.textContent);
    while (ids.join(" ").length > MOST) ids.shift();
    const now = ids.join(" ");
    const [key, field] = ["#fn-key", "#fn-past"].map((name) => one(`${name} :is(textarea, input)`));
    if (now === stored || !key?.value || !field) return;
    stored = now;
    field.value = now; // empty after "Clear": what was cleared must not come back
    field.dispatchEvent(new Event("input", { bubbles: true }));
    try {
      sessionStorage.setItem("footnote-past", JSON.stringify({ key: key.value, ids: now }));
    } catch {} // storage is blocked: a reload shows what its server has
  });
})();
