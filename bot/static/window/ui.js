// The chat window's script: asking, copying, focus, announcements. No dependencies. Gradio redraws
// everything, so nothing here keeps a reference to an element: events are handled on the document, and one
// observer repairs what a redraw leaves behind. The files after this one use window.footnote.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const box = () => one("#fn-box textarea");
  const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const busy = () => !!one("#fn-stop")?.offsetParent;
  const hovers = () => matchMedia("(hover: hover)").matches; // if not, focus would open a keyboard

  // The window's texts. The server chooses the language and writes it into the page.
  const files = new URL(".", document.currentScript.src);
  const language = document.documentElement.dataset.lang ?? "en";
  const restoreLanguage = () => {
    if (document.documentElement.lang !== language) document.documentElement.lang = language;
  };
  new MutationObserver(restoreLanguage).observe(document.documentElement, { attributeFilter: ["lang"] });
  restoreLanguage(); // Gradio writes the browser's language there, or "en"
  let words = {};
  const say = (key, values = {}) =>
    (words[key] ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  fetch(new URL(`words/${language}.json`, files))
    .then((answer) => answer.json())
    .then((read) => {
      words = read;
      settle();
    })
    .catch(() => {}); // without them, buttons keep their labels

  const scroll = (element, block) =>
    element.scrollIntoView({ block, behavior: reducedMotion() ? "auto" : "smooth" });

  // An element; text goes in as text, never as markup.
  function make(tag, attributes = {}, ...inside) {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...inside);
    return element;
  }

  // A picture of one path, 24 by 24; its button has a name.
  function draw(shape) {
    const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", shape);
    svg.append(path);
    return svg;
  }

  const root = document.documentElement;
  root.classList.add("fn-js");
  root.classList.toggle("fn-embed", new URLSearchParams(location.search).get("embed") === "1");

  const presses = []; // [selector, handler]; the first match handles a press
  const clicked = (selector, does) => presses.push([selector, does]);
  const redraws = []; // handlers that run after each redraw
  const settled = (does) => redraws.push(does);
  document.addEventListener("click", (event) => {
    for (const [selector, does] of presses) {
      const target = event.target.closest?.(selector);
      if (target) return does(target, event);
    }
  });

  // One live region for screen readers, instead of a log that repeats each piece of a streamed answer.
  const voice = make("div", { class: "fn-hidden", role: "status", "aria-live": "polite", id: "fn-voice" });
  document.body.append(voice);
  let speaking = 0;
  function announce(text) {
    voice.textContent = "";
    clearTimeout(speaking);
    speaking = setTimeout(() => (voice.textContent = text), 60); // the same text twice is announced twice
  }

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
    setTimeout(() => one("#fn-send")?.click(), 50); // after Gradio has read the text
  }

  // From sending to the first sign of an answer, which may have to wait in the queue.
  let unsent = 0;
  let pending = ""; // the question without an answer, in case the connection breaks
  let awaited = null; // the last answer when another was asked for; null if none is awaited
  function sent() {
    if (busy() || !box()?.value.trim()) return;
    pending = box().value;
    awaited = lastAnswer();
    root.classList.add("fn-sent");
    clearTimeout(unsent);
    unsent = setTimeout(() => root.classList.remove("fn-sent"), 30000);
  }
  clicked("#fn-retry", () => (awaited = lastAnswer()));

  // An identity of the last answer: the same question may get the same text.
  function lastAnswer() {
    const answer = all(".fn-answer").at(-1);
    return answer ? `${all(".fn-question").length} ${one(".fn-actions", answer)?.id || answer.textContent}` : "";
  }
  const arriving = () => busy() || !!all(".fn-answer").at(-1)?.matches(".fn-waiting, .fn-partial:not(.fn-stopped)");

  // More than the limit can be typed and pasted, so that a reader sees what is too much.
  const most = () => Number(/\bfn-most-(\d+)/.exec(one("#fn-foot .fn-note")?.className ?? "")?.[1] ?? 0);
  const tooLong = () => most() > 0 && (box()?.value.length ?? 0) > most();

  function count(field) {
    const foot = one("#fn-foot .fn-note");
    if (!foot || !most()) return;
    const n = field.value.length;
    let note = one(".fn-count");
    if (n <= most() * 0.8) note?.remove();
    else {
      if (!note) {
        note = make("span", { class: "fn-count" });
        foot.append(note);
      }
      const text = say(tooLong() ? "too_long" : "characters", { n, most: most() });
      // Announced when the limit comes near and when it is passed, not at every key.
      if (!note.textContent || note.classList.contains("fn-full") !== tooLong()) announce(text);
      if (note.textContent !== text) note.textContent = text;
      note.classList.toggle("fn-full", tooLong());
    }
    root.classList.toggle("fn-too-long", tooLong());
  }

  // Reasons not to send: an over-long question, or no connection.
  const holds = [tooLong];
  const held = () => holds.some((hold) => hold());

  // --- copying

  // As plain text and, where the browser supports it, as rich text with links: paragraphs, and a line for each
  // source that ends in its address.
  function rich(text) {
    const source = /^(\[\d+\] .*), (https?:\/\/\S+)$/;
    const lined = (part) => part.split("\n").flatMap((line, n) => {
      const [, named, href] = source.exec(line) ?? [];
      return [...(n ? [make("br")] : []), href ? make("a", { href }, named) : line];
    });
    return text.split("\n\n").map((part) => make("p", {}, ...lined(part)).outerHTML).join("");
  }

  async function copyText(text) {
    const blob = (kind, content) => ({ [kind]: new Blob([content], { type: kind }) });
    try {
      await navigator.clipboard.write([
        new ClipboardItem({ ...blob("text/plain", text), ...blob("text/html", rich(text)) }),
      ]);
      return true;
    } catch {
      // No clipboard on plain http, or not allowed in a frame: execCommand still works there.
    }
    const field = make("textarea", { class: "fn-hidden" });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }

  async function copy(button) {
    const kept = one(".fn-plain", button.closest(".fn-actions"));
    const text = [...kept.childNodes].map((node) => (node.nodeName === "BR" ? "\n" : node.textContent)).join("");
    report(button, button, await copyText(text), "copied");
  }

  // The result takes the place of the button's label for a moment.
  function report(button, label, done, key) {
    if (document.activeElement === document.body) button.focus();
    button.dataset.label ??= label.textContent;
    label.textContent = say(done ? key : "not_copied") || button.dataset.label;
    announce(label.textContent);
    button.classList.add("fn-reported"); // a button that shows only a picture shows its label for the moment
    setTimeout(() => {
      label.textContent = button.dataset.label;
      button.classList.remove("fn-reported");
    }, 1600);
  }

  clicked(".fn-chip", (chip) => ask(chip.textContent));
  clicked(".fn-copy", copy);
  clicked(".fn-skip", () => box()?.focus());
  clicked("#fn-undo, #fn-clear", () => {
    awaited = null;
    box()?.focus();
  });
  // In the capture phase, before Gradio handles it.
  document.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest?.("#fn-send")) return;
      if (held()) {
        event.stopPropagation();
        event.preventDefault();
        box()?.focus();
      } else sent();
    },
    true,
  );

  // Enter that ends the composition of a character (Japanese, Chinese, …) must not send, and
  // neither may Enter while an answer is being written; Shift+Enter is a new line.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || event.target !== box()) return;
      if (event.isComposing || event.shiftKey) event.stopPropagation();
      else if (busy() || held()) {
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
  let due = false; // an answer has begun, and is to be announced
  let greeted = false;

  function settle() {
    // Gradio labels each message with its source; screen readers should read the text instead.
    all("#fn-chat [data-testid][aria-label]").forEach((message) => message.removeAttribute("aria-label"));
    const log = one("#fn-chat [role=log]");
    if (log && log.getAttribute("aria-live") !== "off") log.setAttribute("aria-live", "off"); // `voice` announces instead
    const named = say("conversation");
    if (log && named && log.getAttribute("aria-label") !== named) log.setAttribute("aria-label", named);
    const title = one("#fn-top h1")?.textContent;
    if (title && document.title !== title) document.title = title;
    const field = box();
    if (field && !greeted) {
      greeted = true;
      if (hovers() && !document.documentElement.classList.contains("fn-embed")) field.focus({ preventScroll: true });
    }
    if (field) count(field);
    const now = busy();
    if (now || one(".toast-body")) root.classList.remove("fn-sent");
    if (now !== wasBusy) {
      wasBusy = now;
      log?.setAttribute("aria-busy", String(now));
      root.classList.toggle("fn-busy", now);
      if (now && !hovers()) field?.blur(); // the keyboard would cover the answer
      if (!now && hovers() && document.activeElement === document.body)
        field?.focus({ preventScroll: true });
      if (now) {
        due = true;
        announce(say("waiting"));
      }
    }
    // A quick answer may be complete before any sign of its progress.
    if ((due || (awaited !== null && lastAnswer() !== awaited)) && !arriving()) announceAnswer();
    const asked = all(".fn-question");
    if (asked.length > questions) {
      following = true;
      scroll(asked.at(-1), "start");
    } else if (following) {
      asked.at(-1)?.scrollIntoView({ block: "start" });
      following = arriving(); // later redraws, such as a timer, do not move the page
    }
    questions = asked.length;
    redraws.forEach((does) => does());
  }

  // A complete answer is announced once, with its number of sources.
  function announceAnswer() {
    const answer = all(".fn-answer").at(-1);
    awaited = null;
    due = false;
    pending = "";
    root.classList.remove("fn-sent");
    if (!answer) return;
    const copy = answer.cloneNode(true);
    all("sup, .fn-actions, .fn-hold, .fn-reps, .fn-button", copy).forEach((part) => part.remove());
    all("p, li, h4, th, td, br", copy).forEach((part) => part.after(" ")); // or words of adjacent parts run together
    const sources = all(".fn-marker", answer).length;
    const key = sources > 1 ? "answer_ready" : sources ? "answer_ready_one" : "answer_ready_none";
    const lead = answer.matches(".fn-problem") ? "" : say(key, { n: sources });
    announce(`${lead} ${copy.textContent.replaceAll("\u2060", "")}`.replace(/\s+/g, " ").trim());
  }

  window.footnote = {
    one, all, say, make, draw, scroll, reducedMotion, box, busy, ask, fill, announce, copyText, report, clicked, settled, holds,
    pending: () => pending,
  };

  // An answer is read from its beginning: while it grows, its question stays as near to the top as the page
  // allows, until the reader scrolls.
  let following = false;
  for (const moved of ["wheel", "touchmove", "pointerdown", "keydown"])
    addEventListener(moved, () => (following = false), { capture: true, passive: true });

  let planned = 0;
  new MutationObserver(() => {
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(settle);
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "aria-label"] });
  requestAnimationFrame(settle); // after the other files have run
})();
