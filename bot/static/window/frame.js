// The chat window's other half of the widget (widget.js), and what keeps a conversation when the
// page goes: tells the blog's page that the chat is ready, takes its title, greeting, colour and
// page from it, hands it the key of the conversation. Only a page that the owner allowed is believed;
// the list stands in <meta name="footnote-origins">. Without a widget the key stays in this tab.
(() => {
  "use strict";
  const query = new URLSearchParams(location.search);
  const embedded = query.has("embed") && window.parent !== window;
  const html = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  if (embedded) html.classList.add("fn-embed");

  // --- whom to believe

  // An entry with a star in place of a name stands for every host under the rest, not for the rest itself.
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
  const tell = (message) => {
    if (blog) window.parent.postMessage({ footnote: 1, ...message }, blog);
  };

  // --- Gradio's hidden fields: it draws the page late, and listens to input events

  function whenThere(selector, then, tries = 400) {
    const found = one(selector);
    if (found) then(found);
    else if (tries) setTimeout(() => whenThere(selector, then, tries - 1), 50);
  }

  function fill(selector, value, then = () => {}) {
    whenThere(`${selector} :is(textarea, input)`, (field) => {
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      setTimeout(then, 50); // after Gradio has taken it over
    });
  }

  const synchronise = () => whenThere("#fn-sync", (button) => button.click());

  // --- the key: 128 random bits, under which the server remembers this conversation for a while

  const isKey = (text) => typeof text === "string" && /^[0-9a-f]{32}$/.test(text);
  const made = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const NAME = "footnote-key";
  let key = "";

  function adopt(given) {
    if (key) return;
    key = isKey(given) ? given : made();
    fill("#fn-key", key, () => isKey(given) && synchronise());
    tell({ key });
  }

  function alone() {
    let kept = null;
    try {
      kept = sessionStorage.getItem(NAME);
    } catch {} // storage is blocked: then a reload begins anew
    adopt(kept);
    try {
      sessionStorage.setItem(NAME, key);
    } catch {}
  }

  // --- what the page around us says

  let page = query.get("at") ?? "";
  let dressed = {};

  function hear(said) {
    dressed = said;
    adopt(said.key);
    dress();
    html.classList.toggle("fn-modal", said.modal === true);
    html.classList.toggle("fn-inline", typeof said.inline === "string");
    if (said.focus) focus();
    if (typeof said.page === "string" && said.page !== page) {
      page = said.page.slice(0, 2000);
      fill("#fn-at", page, synchronise);
    }
  }

  // Gradio may draw the title and the greeting anew at any time.
  function dress() {
    for (const [selector, words] of [[".fn-header h1", dressed.title], [".fn-welcome .fn-lead", dressed.greeting]]) {
      const place = one(selector);
      if (place && typeof words === "string" && words && place.textContent !== words.slice(0, 300))
        place.textContent = words.slice(0, 300);
    }
    if ((dressed.colour || dressed.color) && /^#[0-9a-f]{6}$/.test(dressed.accent)) paint(dressed.accent);
  }

  // On a phone the focus goes to the title: in the field it would raise the keyboard at once.
  function focus() {
    const place = matchMedia("(hover: hover)").matches ? "#fn-box textarea" : ".fn-header h1";
    whenThere(place, (found) => {
      if (found.matches("h1")) found.tabIndex = -1;
      found.focus({ preventScroll: true });
    });
  }

  // --- the blog's colour, made light or dark enough to be read on our paper

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

  // --- what we say

  if (!embedded) {
    alone();
    return;
  }
  addEventListener("message", (event) => {
    if (event.source !== window.parent || !allowed(event.origin) || !event.data || event.data.footnote !== 1) return;
    blog = event.origin;
    hear(event.data);
  });
  window.parent.postMessage({ footnote: 1, ready: 1 }, "*"); // tells nothing; who answers is looked at
  setTimeout(() => key || alone(), 3000); // framed by hand, without the widget

  let planned = 0;
  new MutationObserver(() => {
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(dress);
  }).observe(html, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });

  // A source opens in the reader's own tab; whoever asks for another tab gets one.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.fn-read, a.fn-open, a[target=_blank][href*=':~:text=']");
    const plainly = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plainly || event.defaultPrevented || !blog || !dressed.top) return;
    event.preventDefault();
    tell({ url: link.href });
  });
  // Whatever is open inside (a source's card or sheet) takes its Escape first, and may be gone by the time
  // the key arrives here: so it is looked for on the key's way down.
  let taken = false;
  const look = (event) => {
    taken = event.key === "Escape" && one("dialog[open], .fn-peek") !== null;
  };
  addEventListener("keydown", look, true);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !taken && !event.defaultPrevented && !event.isComposing) tell({ close: 1 });
  });
})();
