// Connection and load problems: offline, server unreachable, too many readers, a slow answer. One bar above
// the question box reports them; Gradio's own notices are never shown. The typed question survives a reload
// in the page's history entry, which needs no storage.
(() => {
  "use strict";
  const { one, all, say, make, box, busy, fill, announce, clicked, settled, holds, pending } = window.footnote;
  const LATE = 4000; // ms until an answer that has not begun counts as slow
  const root = document.documentElement;

  // --- the bar

  let shown = null; // { key, button: label's key or "" }

  function bar(key, button = "") {
    if (shown?.key === key) return;
    shown = { key, button };
    drawBar();
    announce(say(key));
  }

  function noBar(...keys) {
    if (!shown || (keys.length && !keys.includes(shown.key))) return;
    shown = null;
    one("#fn-bar")?.remove();
  }

  function drawBar() {
    const form = one("#fn-ask");
    if (!form || !shown) return;
    one("#fn-bar")?.remove();
    const close = make("button", { type: "button", class: "fn-bar-close", "aria-label": say("dismiss") }, "✕");
    const does = shown.button && make("button", { type: "button", class: "fn-button fn-bar-do" }, say(shown.button));
    form.prepend(make("div", { id: "fn-bar", class: `fn-bar-${shown.key}` }, make("p", {}, say(shown.key)), ...(does ? [does] : []), ...(does && shown.key !== "cleared" ? [] : [close])));
  }

  clicked(".fn-bar-close", () => {
    noBar();
    box()?.focus();
  });
  clicked(".fn-bar-do", () => {
    if (shown?.key.startsWith("gone")) reconnect();
    else if (shown?.key === "cleared") restoreCleared();
    else retry();
  });

  // Called before a press on Clear reaches Gradio; the server holds what was cleared until the next question.
  document.addEventListener("click", (event) => event.target.closest?.("#fn-clear") && bar("cleared", "undo"), true);

  // It goes with the next question, which may be answered before anything is seen of its coming.
  let emptied = false;
  function forgetCleared() {
    if (shown?.key !== "cleared") emptied = false;
    else if (!one(".fn-question")) emptied = true;
    else if (emptied) noBar();
  }

  function restoreCleared() {
    noBar();
    one("#fn-undo")?.click();
  }

  function retry() {
    noBar();
    if (box()?.value.trim()) one("#fn-send")?.click();
    else one("#fn-retry")?.click();
  }

  // --- offline

  const offline = () => navigator.onLine === false;
  holds.push(() => offline() || shown?.key.startsWith("gone"));
  addEventListener("offline", () => bar("offline"));
  addEventListener("online", () => {
    if (shown?.key !== "offline") return;
    bar("online_again");
    setTimeout(noBar, 4000, "online_again");
  });

  // --- server unreachable: Gradio stops, polls every two seconds, and reloads the page

  function saveQuestion() {
    const question = box()?.value.trim() || pending();
    history.replaceState({ ...history.state, footnote: question }, "");
  }

  async function reconnect() {
    saveQuestion();
    try {
      if ((await fetch("gradio_api/app_id", { cache: "no-store" })).ok) return location.reload();
    } catch {
      // Still unreachable.
    }
    bar("gone_still", "try_again");
  }

  let restored = false;
  function restore() {
    if (restored || !box() || !say("kept")) return;
    restored = true;
    const question = history.state?.footnote;
    if (!question) return;
    history.replaceState({ ...history.state, footnote: "" }, "");
    fill(question);
    bar("kept");
  }
  document.addEventListener("input", (event) => event.target === box() && noBar("kept", "failed"));
  addEventListener("pagehide", () => shown?.key.startsWith("gone") && saveQuestion());

  // --- Gradio's notices, replaced by the bar

  const seen = new WeakSet();
  function notices() {
    for (const notice of all(".toast-body")) {
      if (seen.has(notice)) continue;
      seen.add(notice);
      const text = notice.textContent;
      if (/connection/i.test(text)) {
        saveQuestion();
        offline() ? bar("offline") : bar("gone", "try_again");
      } else if (/busy|queue|\[object/i.test(text)) bar("problem_busy", "try_again");
      else bar("failed", "try_again");
    }
  }

  // --- temporary problems: a button that counts down to the next try

  const due = new Map(); // id of a button -> time of the next try

  function countdown() {
    const buttons = all(".fn-again[class*=fn-wait-]");
    for (const id of due.keys()) if (!document.getElementById(id)) due.delete(id);
    for (const button of buttons) {
      const seconds = Number(/fn-wait-(\d+)/.exec(button.className)[1]);
      if (!due.has(button.id)) due.set(button.id, Date.now() + 1000 * seconds);
      const left = Math.max(0, Math.ceil((due.get(button.id) - Date.now()) / 1000));
      const label = left ? say("try_again_in", { n: left }) : say("try_again");
      if (label && button.textContent !== label) button.textContent = label;
      button.setAttribute("aria-disabled", String(left > 0));
    }
    // Only the last question can be asked again, so only its button is shown.
    const last = all(".fn-answer").at(-1);
    const offers = all(".fn-again, .fn-edit");
    offers.forEach((button) => (button.hidden = button.closest(".fn-answer") !== last));
    root.classList.toggle("fn-offers", offers.some((button) => !button.hidden));
  }
  setInterval(() => due.size && countdown(), 1000);

  clicked(".fn-again", (button) => button.getAttribute("aria-disabled") === "true" || one("#fn-retry")?.click());
  clicked(".fn-edit", () => {
    one("#fn-undo")?.click();
    box()?.focus();
  });

  // --- a slow answer

  let late = 0;
  function waiting() {
    const waits = !!one(".fn-waiting");
    if (waits && !late) {
      late = setTimeout(() => {
        root.classList.add("fn-slow");
        if (one(".fn-waiting")) announce(say("still_waiting"));
      }, LATE);
    } else if (!waits && late) {
      clearTimeout(late);
      late = 0;
      root.classList.remove("fn-slow");
    }
  }

  settled(() => {
    restore();
    notices();
    countdown();
    waiting();
    forgetCleared();
    if (busy()) noBar("kept", "failed", "problem_busy", "cleared");
    if (shown && !one("#fn-bar")) drawBar();
  });
  if (offline()) setTimeout(bar, 500, "offline");
})();
