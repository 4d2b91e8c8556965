// The chat window's side of the widget, and the key of the conversation: reports to the blog's page that the
// chat is ready, takes title, greeting, colour and page address from it, and gives it the key. Messages are
// accepted only from origins in <meta name="footnote-origins">. Without a widget the key stays in this tab.
(() => {
  "use strict";
  const query = new URLSearchParams(location.search);
  const embedded = query.has("embed") && window.parent !== window;
  const html = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  if (embedded) html.classList.add("fn-embed");

  // --- which origins are allowed

  // An entry with a star matches every host below the rest, but not the rest itself.
  function allowed(origin) {
    if (origin === location.origin) return true;
    const listed = one('meta[name="footnote-origins"]')?.content.split(/\s+/) ?? [];
    return listed.some((entry) => {
      const [scheme, rest] = entry.split("://*");
      if (rest === undefined) return entry !== "" && entry === origin;
      return rest[0] === "." && origin.startsWith(`${scheme}://`) && origin.endsWith(rest) &&
        origin.length > `${scheme}://${rest}`.length;
    });
  }

  let blog = ""; // the origin of the page around us, once it has spoken
  const post = (message) => {
    if (blog) window.parent.postMessage({ footnote: 1, ...message }, blog);
  };

  // --- Gradio's hidden fields: they appear late, and Gradio listens to input events

  function whenThere(selector, then, tries = 400) {
    const found = one(selector);
    if (found) then(found);
    else if (tries) setTimeout(() => whenThere(selector, then, tries - 1), 50);
  }

  function fill(selector, value, then = () => {}) {
    whenThere(`${selector} :is(textarea, input)`, (field) => {
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      setTimeout(then, 50); // after Gradio has read the value
    });
  }

  const synchronise = () => whenThere("#fn-sync", (button) => button.click());

  // A server that has just started may still be looking for questions to suggest.
  const MOST_LOOKS = 10;
  function awaitSuggestions(looks) {
    if (looks > MOST_LOOKS || one(".fn-question, .fn-welcome :is(.fn-chip, .fn-trouble)")) return;
    if (one(".fn-welcome")) synchronise();
    setTimeout(awaitSuggestions, 1500 * looks, looks + 1);
  }
  setTimeout(awaitSuggestions, 2000, 1);

  // --- the key: 128 random bits, under which the server stores this conversation for some hours

  const isKey = (text) => typeof text === "string" && /^[0-9a-f]{32}$/.test(text);
  const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const NAME = "footnote-key";
  let key = "";

  function adopt(offered) {
    if (key) return;
    key = isKey(offered) ? offered : newKey();
    const past = isKey(offered) ? signed() : "";
    if (past) fill("#fn-past", past);
    fill("#fn-key", key, () => isKey(offered) && synchronise());
    post({ key });
  }

  // The signed answers of this conversation, which restore.js stores: another server may have to show it.
  function signed() {
    try {
      const stored = JSON.parse(sessionStorage.getItem("footnote-past"));
      return stored?.key === key && typeof stored.ids === "string" ? stored.ids : "";
    } catch {
      return ""; // storage is blocked, or something else is in it
    }
  }

  function withoutWidget() {
    let stored = null;
    try {
      stored = sessionStorage.getItem(NAME);
    } catch {} // storage is blocked: a reload starts a new conversation
    adopt(stored);
    try {
      sessionStorage.setItem(NAME, key);
    } catch {}
  }

  // --- messages from the page around the frame

  let page = query.get("at") ?? "";
  let options = {};

  function receive(message) {
    options = message;
    adopt(message.key);
    applyOptions();
    html.classList.toggle("fn-modal", message.modal === true);
    html.classList.toggle("fn-shut", message.shown === false);
    html.classList.toggle("fn-inline", typeof message.inline === "string");
    if (message.focus) focus();
    if (typeof message.page === "string" && message.page !== page) {
      page = message.page.slice(0, 2000);
      fill("#fn-at", page, synchronise);
    }
  }

  // Gradio may redraw the title and the greeting at any time.
  function applyOptions() {
    for (const [selector, words] of [[".fn-header h1", options.title], [".fn-welcome .fn-lead", options.greeting]]) {
      const place = one(selector);
      if (place && typeof words === "string" && words && place.textContent !== words.slice(0, 300))
        place.textContent = words.slice(0, 300);
    }
    if ((options.colour || options.color) && /^#[0-9a-f]{6}$/.test(options.accent)) paint(options.accent);
  }

  // On a phone the title takes the focus: in the field it would open the keyboard at once.
  function focus() {
    const place = matchMedia("(hover: hover)").matches ? "#fn-box textarea" : ".fn-header h1";
    whenThere(place, (found) => {
      if (found.matches("h1")) found.tabIndex = -1;
      found.focus({ preventScroll: true });
    });
  }

  // --- the blog's colour, made light or dark enough for contrast with the background

  const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const luminance = (rgb) =>
    rgb
      .map((part) => part / 255)
      .map((part) => (part > 0.04045 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92))
      .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };

  function paint(accent) {
    const dark = document.body.classList.contains("dark");
    const paper = parts(dark ? "#211f1c" : "#fbfaf6");
    const towards = dark ? 255 : 0;
    let colour = parts(accent);
    for (let step = 0; step < 40 && contrast(colour, paper) < 4.6; step += 1)
      colour = colour.map((part) => Math.round(part + (towards - part) * 0.08));
    const white = contrast(colour, [255, 255, 255]) >= contrast(colour, [0, 0, 0]);
    const style = document.body.style;
    const value = `rgb(${colour.join(" ")})`;
    if (style.getPropertyValue("--fn-accent") === value) return;
    style.setProperty("--fn-accent", value);
    style.setProperty("--fn-on-accent", white ? "#fff" : "#000");
  }

  // --- messages to the page around the frame

  if (!embedded) {
    withoutWidget();
    return;
  }
  addEventListener("message", (event) => {
    if (event.source !== window.parent || !allowed(event.origin) || !event.data || event.data.footnote !== 1) return;
    blog = event.origin;
    receive(event.data);
  });
  window.parent.postMessage({ footnote: 1, ready: 1 }, "*"); // holds no data; the reply's origin is checked
  setTimeout(() => key || withoutWidget(), 3000); // in a frame without the widget

  let planned = 0;
  new MutationObserver(() => {
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(applyOptions);
  }).observe(html, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });

  // A source opens in the reader's tab, unless a modifier key asks for another one.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.fn-read, a.fn-open, a[target=_blank][href*=':~:text=']");
    const plainly = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plainly || event.defaultPrevented || !blog || !options.top) return;
    event.preventDefault();
    post({ url: link.href });
  });
  // An open card or sheet takes Escape first, and may be closed before the event bubbles to here: so it is
  // looked for in the capture phase.
  let taken = false;
  const look = (event) => {
    taken = event.key === "Escape" && one("dialog[open], .fn-peek") !== null;
  };
  addEventListener("keydown", look, true);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !taken && !event.defaultPrevented && !event.isComposing) post({ close: 1 });
  });
})();
