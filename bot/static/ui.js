// The chat window's few lines of script: footnotes, chips, copying, focus. No dependencies.
// Gradio draws and redraws everything, so nothing here holds on to an element: events are caught
// on the document, and one observer puts right what a redraw leaves behind.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const box = () => one("#fn-box textarea");
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const busy = () => !!one("#fn-stop")?.offsetParent;
  const hovers = () => matchMedia("(hover: hover)").matches; // if not, focus would raise a keyboard

  // Our own words. The server has decided on the language and written it into the page (bot/page.py).
  const files = new URL(".", document.currentScript.src);
  const language = document.documentElement.dataset.lang ?? "en";
  const keepLanguage = () => {
    if (document.documentElement.lang !== language) document.documentElement.lang = language;
  };
  new MutationObserver(keepLanguage).observe(document.documentElement, { attributeFilter: ["lang"] });
  keepLanguage(); // Gradio writes the browser's there, or "en"
  let words = {};
  const say = (key, values = {}) =>
    (words[key] ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  fetch(new URL(`words/${language}.json`, files))
    .then((answer) => answer.json())
    .then((read) => {
      words = read;
      settle();
    })
    .catch(() => {}); // without them a button keeps its label

  const scroll = (element, block) =>
    element.scrollIntoView({ block, behavior: calm() ? "auto" : "smooth" });

  // --- asking

  function fill(text) {
    const field = box();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true })); // Gradio listens to this
    return field;
  }

  function ask(text) {
    if (busy()) return;
    fill(text);
    setTimeout(() => one("#fn-send")?.click(), 50); // after Gradio has taken the text over
  }

  // Between sending and the first sign of an answer, which may have to wait for its turn.
  let unsent = 0;
  function sent() {
    if (busy() || !box()?.value.trim()) return;
    document.documentElement.classList.add("fn-sent");
    clearTimeout(unsent);
    unsent = setTimeout(() => document.documentElement.classList.remove("fn-sent"), 30000);
  }

  function count(field) {
    const foot = one("#fn-foot .fn-note");
    if (!foot || field.maxLength <= 0) return;
    const near = field.value.length > field.maxLength * 0.8;
    let note = one(".fn-count");
    if (!near) return note?.remove();
    if (!note) {
      note = document.createElement("span");
      note.className = "fn-count";
      note.setAttribute("role", "status");
      foot.append(note);
    }
    note.textContent = say("characters", { n: field.value.length, most: field.maxLength });
    note.classList.toggle("fn-full", field.value.length >= field.maxLength);
  }

  // --- footnotes

  let lastMarker = "";

  function showSource(marker) {
    const quote = document.getElementById(marker.getAttribute("href").slice(1));
    if (!quote) return;
    lastMarker = marker.id;
    const group = quote.closest(".fn-sources");
    all(".fn-sources").forEach((other) => (other.hidden = other !== group));
    all(".fn-active").forEach((other) => other.classList.remove("fn-active"));
    marker.classList.add("fn-active");
    quote.classList.add("fn-active");
    for (let next = quote.nextElementSibling; next?.matches("mark"); next = next.nextElementSibling)
      next.classList.add("fn-active");
    scroll(quote, "center");
    quote.focus({ preventScroll: true });
  }

  function goBack(link) {
    const marker =
      document.getElementById(lastMarker) ?? document.getElementById(link.getAttribute("href").slice(1));
    if (!marker) return;
    scroll(marker, "center");
    marker.focus({ preventScroll: true });
  }

  // --- copying

  async function copy(button) {
    const kept = one(".fn-plain", button.closest(".fn-actions"));
    const text = [...kept.childNodes].map((node) => (node.nodeName === "BR" ? "\n" : node.textContent)).join("");
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      // No clipboard on plain http, or not allowed: the old way still works there.
      const field = document.createElement("textarea");
      field.value = text;
      field.className = "fn-hidden";
      document.body.append(field);
      field.select();
      done = document.execCommand("copy");
      field.remove();
      button.focus();
    }
    button.dataset.label ??= button.textContent;
    button.textContent = say(done ? "copied" : "not_copied") || button.dataset.label;
    setTimeout(() => (button.textContent = button.dataset.label), 1600);
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.(
      ".fn-chip, .fn-marker, .fn-back, #fn-send, .fn-copy, #fn-undo, #fn-clear",
    );
    if (!target) return;
    if (target.matches("#fn-send")) sent();
    else if (target.matches(".fn-chip")) ask(target.textContent);
    else if (target.matches(".fn-copy")) copy(target);
    else if (target.matches("#fn-undo, #fn-clear")) box()?.focus();
    else {
      event.preventDefault();
      target.matches(".fn-marker") ? showSource(target) : goBack(target);
    }
  });

  // Enter that ends the composition of a character (Japanese, Chinese, …) must not send, and
  // neither may Enter while an answer is being written; Shift+Enter is a new line.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || event.target !== box()) return;
      if (event.isComposing || event.shiftKey) event.stopPropagation();
      else if (busy()) {
        event.stopPropagation();
        event.preventDefault();
      } else sent();
    },
    true,
  );
  document.addEventListener("input", (event) => event.target === box() && count(event.target));

  // --- after each redraw

  let questions = 0;
  let wasBusy = false;
  let greeted = false;

  function settle() {
    // Gradio labels each message with its whole source; the text itself is what should be read.
    all("#fn-chat [data-testid][aria-label]").forEach((message) => message.removeAttribute("aria-label"));
    const log = one("#fn-chat [role=log]"); // whose name Gradio has in English only
    const named = say("conversation");
    if (log && named && log.ariaLabel !== named) log.ariaLabel = named;
    const title = one("#fn-top h1")?.textContent;
    if (title && document.title !== title) document.title = title;
    const field = box();
    if (field && !greeted) {
      greeted = true;
      if (hovers()) field.focus({ preventScroll: true });
    }
    if (field) count(field);
    const now = busy();
    if (now || one(".toast-body")) document.documentElement.classList.remove("fn-sent");
    if (now !== wasBusy) {
      one("#fn-chat [role=log]")?.setAttribute("aria-busy", String(now)); // read out when it is complete
      document.documentElement.classList.toggle("fn-busy", now);
      if (now && !hovers()) field?.blur(); // the keyboard would cover the answer
      if (!now && hovers() && document.activeElement === document.body)
        field?.focus({ preventScroll: true });
      wasBusy = now;
    }
    const asked = all(".fn-question");
    if (asked.length > questions) {
      following = true;
      scroll(asked.at(-1), "start");
    } else if (following && asked.length) asked.at(-1).scrollIntoView({ block: "start" });
    questions = asked.length;
  }

  // An answer is read from its beginning: while it grows, its question is kept as near to the top
  // as the page allows, until the reader moves by themselves.
  let following = false;
  for (const moved of ["wheel", "touchmove", "pointerdown", "keydown"])
    addEventListener(moved, () => (following = false), { capture: true, passive: true });

  let planned = 0;
  new MutationObserver(() => {
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(settle);
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "aria-label"] });
  settle();
})();
