// Below each answer: thumbs with a small form, and a note when a cited post has changed since. The row's id
// is the id under which the server remembers the answer. Gradio may redraw an answer at any time, so the
// reader's state is stored here and restored after each redraw (`settled`).
(() => {
  "use strict";
  const { one, all, say, make, draw, scroll, ask, busy, announce, clicked, settled } = window.footnote;
  const asksForThumbs = one('meta[name="footnote-feedback"]')?.content !== "off";
  const REASONS = [
    "reason_wrong", "reason_incomplete", "reason_not_asked", "reason_should_know", "reason_unclear", "reason_unsafe",
  ];
  const NOTE = 500; // characters, as the server has it
  const LOOK_EVERY = 60000;
  const api = (path) => new URL(`./api/${path}`, document.baseURI);

  // By answer id. saved: the verdict that the server has. presses: a count, so that only the last one counts.
  const known = new Map();
  const idOf = (row) => row.id.replace("given-", "");
  const rows = () => all('.fn-actions[id^="given-"]');
  const rowOf = (id) => document.getElementById(`given-${id}`);
  const initialState = () => ({
    verdict: null, saved: null, presses: 0, sending: Promise.resolve(), form: null, status: null, changes: [], whole: "",
  });
  // The id as the server gave it: of several servers, the signed answer follows the short one.
  function wholeOf(id) {
    const row = rowOf(id);
    return (stateOf(id).whole ||= (row && one(".fn-signed", row)?.textContent) || id);
  }
  const stateOf = (id) => known.get(id) ?? known.set(id, initialState()).get(id);

  // --- voting

  const PICTURE =
    "M7 11v9H4v-9h3Zm2.5 9h7.2c.9 0 1.7-.6 1.9-1.5l1.4-6A2 2 0 0 0 18 10h-4.6l.7-3.6a1.9 1.9 0 0 0-3.5-1.2L7.8 11v7.6";
  function thumb(verdict, name) {
    const button = make("button", { class: `fn-action fn-thumb fn-thumb-${verdict}`, type: "button", "aria-label": name, title: name });
    button.append(draw(PICTURE));
    return button;
  }

  // Why a vote was not saved, in the reader's language.
  const errorText = (status) =>
    say({ 404: "feedback_old", 429: "feedback_often" }[status] ?? "feedback_failed");

  // One after the other: of two requests at the same time, the earlier may arrive last.
  function send(id, vote) {
    const state = stateOf(id);
    state.sending = state.sending.then(async () => {
      const error = await post(id, vote);
      if (!error) state.saved = vote.verdict;
      return error;
    });
    return state.sending;
  }

  async function post(id, vote) {
    try {
      const answer = await fetch(api("feedback"), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ id: wholeOf(id), ...vote }),
        keepalive: true, // the reader may leave at once
      });
      await answer.text(); // an unread response counts against the 64 kB limit of keepalive
      return answer.ok ? "" : errorText(answer.status);
    } catch {
      return errorText(0);
    }
  }

  function showStatus(id, text) {
    const state = stateOf(id);
    state.status ??= make("p", { class: "fn-note fn-feedback-status" });
    state.status.textContent = text;
    state.status.hidden = !text;
    if (text) announce(text);
    dress();
  }

  // One press is a vote, a second on the same thumb takes it back; the form only adds to it.
  clicked(".fn-thumb", async (button) => {
    const id = idOf(button.closest(".fn-actions"));
    const state = stateOf(id);
    const verdict = button.matches(".fn-thumb-up") ? "up" : "down";
    const press = ++state.presses;
    const wanted = (state.verdict = state.verdict === verdict ? null : verdict);
    state.form?.remove();
    state.form = wanted ? form(id, verdict) : null;
    showStatus(id, "");
    inView(state);
    const error = await send(id, { verdict: wanted });
    if (press !== state.presses) return;
    if (error) {
      state.verdict = state.saved;
      state.form?.remove();
      state.form = null;
    }
    showStatus(id, error || say(wanted ? "feedback_thanks" : "feedback_taken_back"));
    inView(state); // the status line has moved it
  });

  // The last thumbs are just above the question box, which would cover the form.
  const inView = (state) => state.form && scroll(state.form, "nearest");

  function form(id, verdict) {
    const made = make("form", { class: "fn-feedback", "aria-label": say("feedback_form") });
    if (verdict === "down") {
      const chips = REASONS.map((key) =>
        make("button", { class: "fn-reason", type: "button", "aria-pressed": "false", value: key.replace("reason_", "") }, say(key)),
      );
      made.append(make("fieldset", {}, make("legend", {}, say("feedback_why")), ...chips));
    }
    const note = make("textarea", { rows: "2", maxlength: NOTE, "aria-describedby": `private-${id}` });
    const warning = make("p", { class: "fn-note", id: `private-${id}` }, say("feedback_private"));
    const submit = make("button", { class: "fn-feedback-send", type: "submit" }, say("feedback_send"));
    const skip = make("button", { class: "fn-action fn-feedback-skip", type: "button" }, say("feedback_skip"));
    made.append(make("label", {}, say("feedback_note"), note), warning, make("div", { class: "fn-feedback-end" }, submit, skip));
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      const reason = one('.fn-reason[aria-pressed="true"]', made)?.value ?? "";
      submit.disabled = true;
      const error = await send(id, { verdict, reason, note: note.value });
      submit.disabled = false;
      if (stateOf(id).form !== made) return; // pressed again meanwhile
      if (!error) close(id); // else the text stays, to be sent again
      showStatus(id, error || say("feedback_thanks"));
    });
    made.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation(); // else the widget around the window closes as well
      close(id);
    });
    return made;
  }

  function close(id) {
    const state = stateOf(id);
    state.form?.remove();
    state.form = null;
    const row = rowOf(id);
    if (row) one(`.fn-thumb-${state.verdict}`, row)?.focus({ preventScroll: true });
  }

  clicked(".fn-feedback-skip", (button) => {
    const id = [...known].find(([, state]) => state.form?.contains(button))?.[0];
    if (id) close(id);
  });
  clicked(".fn-reason", (chip) => {
    const pressed = chip.getAttribute("aria-pressed") === "true";
    all(".fn-reason", chip.parentElement).forEach((other) => other.setAttribute("aria-pressed", "false"));
    chip.setAttribute("aria-pressed", String(!pressed));
  });

  // --- changed posts

  function sentence({ title, kind }, alone) {
    if (alone) return say(kind === "gone" ? "post_gone" : "post_changed");
    return say(kind === "gone" ? "named_post_gone" : "named_post_changed", { title });
  }

  function notice(changes) {
    const lines = changes.map((change) => make("span", { dir: "auto" }, sentence(change, changes.length === 1)));
    const again = make("button", { class: "fn-action fn-ask-again", type: "button" }, say("ask_again"));
    const made = make("div", { class: "fn-changed" }, make("p", { class: "fn-note" }, ...lines), again);
    made.dataset.changes = JSON.stringify(changes);
    return made;
  }

  clicked(".fn-ask-again", (button) => {
    const message = button.closest(".fn-answer");
    const before = all(".fn-question").filter(
      (question) => question.compareDocumentPosition(message) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    if (before.length) ask(before.at(-1).innerText.trim());
  });

  // A live region of its own: the other one may be reading out a new answer.
  const voice = make("div", { class: "fn-hidden", role: "status", "aria-live": "polite", id: "fn-news" });
  document.body.append(voice);
  function announceNews(text) {
    voice.textContent = "";
    setTimeout(() => (voice.textContent = text), 60);
  }

  // Signed ids are too long for an address.
  function asked(ids) {
    const address = api("changes");
    if (!ids.some((id) => id.includes("."))) {
      ids.forEach((id) => address.searchParams.append("id", id));
      return [address];
    }
    const headers = { "Content-Type": "application/json" };
    return [address, { method: "POST", headers, body: JSON.stringify({ ids }) }];
  }

  let looked = 0;
  async function look() {
    const ids = rows().map(idOf).slice(-40);
    if (!ids.length || document.hidden || busy()) return;
    looked = Date.now();
    let changes;
    try {
      const answer = await fetch(...asked(ids.map(wholeOf)));
      if (!answer.ok) return; // the next look may fare better
      ({ changes } = await answer.json());
    } catch {
      return;
    }
    let news = "";
    for (const id of ids) {
      const state = stateOf(id);
      const now = changes[wholeOf(id)] ?? [];
      if (now.length && !state.changes.length) news = sentence(now[0], now.length === 1);
      state.changes = now;
    }
    if (news) announceNews(news);
    dress();
  }
  setInterval(look, LOOK_EVERY);
  document.addEventListener("visibilitychange", () => Date.now() - looked > LOOK_EVERY / 2 && look());

  // --- after each redraw

  let answers = "";
  function dress() {
    if (!say("helpful")) return; // the texts are not loaded yet; a redraw will follow
    for (const row of rows()) {
      const state = stateOf(idOf(row));
      if (asksForThumbs && !one(".fn-thumb", row)) {
        row.append(make("span", { class: "fn-thumbs" }, thumb("up", say("helpful")), thumb("down", say("not_helpful"))));
      }
      for (const verdict of ["up", "down"]) {
        const pressed = String(state.verdict === verdict);
        const button = one(`.fn-thumb-${verdict}`, row);
        if (button && button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
      }
      // In this order below the row; elements that are already in place are not moved.
      let last = row;
      for (const part of [state.status, state.form]) {
        if (!part) continue;
        if (last.nextElementSibling !== part) last.after(part);
        last = part;
      }
      const there = one(".fn-changed", row.parentElement);
      if (there?.dataset.changes !== (state.changes.length ? JSON.stringify(state.changes) : undefined)) {
        there?.remove();
        if (state.changes.length) row.before(notice(state.changes));
      }
    }
    const now = rows().map((row) => row.id).join();
    if (now !== answers && !busy()) {
      answers = now;
      look(); // the reader has just asked or returned: check the answers above
    }
  }
  settled(dress);
})();
