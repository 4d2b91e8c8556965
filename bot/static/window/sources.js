// Sources next to the text: a card at a marker for mouse and keyboard, the panel beside the answers on a wide
// window, a sheet from below on a narrow one. Cards and sheet are copied, node by node, from the panel that
// the server rendered; nothing here parses text as markup.
(() => {
  "use strict";
  const { one, all, say, make, scroll, reducedMotion, settled, clicked } = window.footnote;
  const wide = () => matchMedia("(min-width: 60rem)").matches;
  const CARD_AFTER = 120; // ms that the mouse rests on a marker
  const CARD_STAYS = 300; // ms in which the mouse may move from the marker into the card

  const targetOf = (marker) => document.getElementById((marker.getAttribute("href") ?? "").slice(1));
  const numberOf = (id) => id.split("-").at(-1);
  const groupOf = (id) => document.getElementById(`sources-${id.split("-")[1]}`);

  // --- one source, copied out of the panel

  function copyOf(id) {
    const place = document.getElementById(id);
    const card = place?.closest(".fn-card");
    if (!card) return null;
    const number = numberOf(id);
    // The number of a post that is cited as a whole is in its title; any of its links will do.
    const passage = place.closest(".fn-passage") ?? one(".fn-passage", card);
    const parts = [one("h3", card), one(".fn-day", card), one(".fn-trail", passage), one(".fn-excerpt", passage)];
    const copy = make("div", { class: "fn-copy-of" }, ...parts.filter(Boolean).map((part) => part.cloneNode(true)));
    all(".fn-number", copy).forEach((other) => other.remove());
    all("mark", copy).forEach((mark) => {
      if (!mark.classList.contains(`fn-in-${number}`)) mark.replaceWith(...mark.childNodes);
    });
    all("[id]", copy).forEach((other) => other.removeAttribute("id"));
    all(".fn-active", copy).forEach((other) => other.classList.remove("fn-active"));
    const link = one(`.fn-to-${number}`, passage);
    if (link) {
      const read = make("a", { class: "fn-open", href: link.href, target: "_blank", rel: "noopener" }, say("read_on_blog"));
      copy.append(make("p", { class: "fn-links" }, read));
    }
    return copy;
  }

  // --- the card at a marker

  let card = null;
  let cardFor = "";
  let soon = 0;
  let silent = false; // while the focus moves back to a marker
  let still = false; // a page that scrolls under a mouse at rest is no reason for a card

  function showCard(marker) {
    if (!marker.isConnected || one(".fn-sheet[open]")) return;
    const copy = copyOf(marker.getAttribute("href").slice(1));
    if (!copy) return;
    hideCard();
    card = make("div", { class: "fn-peek", role: "dialog", "aria-label": `${say("source")} ${numberOf(marker.id)}` }, copy);
    card.addEventListener("pointerenter", () => clearTimeout(soon));
    card.addEventListener("pointerleave", hideSoon);
    document.body.append(card);
    cardFor = marker.id;
    place(marker);
    const mark = one("mark", card);
    const body = one(".fn-excerpt", card);
    if (body && body.scrollHeight > body.clientHeight) body.tabIndex = 0; // else no key can scroll it
    if (mark && body) body.scrollTop = mark.offsetTop - body.offsetTop - 24;
  }

  // Below the marker if it fits there, else above; never outside the window.
  function place(marker) {
    const edge = 8;
    const at = marker.getClientRects()[0] ?? marker.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    const composer = one("#fn-ask")?.getBoundingClientRect().top ?? innerHeight;
    const below = Math.min(innerHeight, composer) - at.bottom - 2 * edge;
    const above = at.top - 2 * edge;
    const under = below >= Math.min(card.offsetHeight, 240) || below >= above;
    card.style.maxHeight = `${Math.max(120, Math.min(under ? below : above, 380))}px`;
    const left = Math.min(Math.max(edge, at.left - 40), width - card.offsetWidth - edge);
    const top = under ? at.bottom + edge : at.top - edge - card.offsetHeight;
    card.style.left = `${Math.max(edge, left) + scrollX}px`;
    card.style.top = `${Math.max(edge, top) + scrollY}px`;
  }

  function hideCard() {
    clearTimeout(soon);
    card?.remove();
    card = null;
    cardFor = "";
  }

  function hideSoon() {
    clearTimeout(soon);
    soon = setTimeout(hideCard, CARD_STAYS);
  }

  document.addEventListener("pointerover", (event) => {
    const marker = event.target.closest?.(".fn-marker");
    if (!marker || event.pointerType !== "mouse" || still) return;
    clearTimeout(soon);
    if (marker.id !== cardFor) soon = setTimeout(showCard, CARD_AFTER, marker);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.target.closest?.(".fn-marker") && event.pointerType === "mouse") hideSoon();
  });
  document.addEventListener("pointermove", (event) => {
    if (event.movementX || event.movementY) still = false;
  });
  document.addEventListener("focusin", (event) => {
    if (silent || !event.target.matches?.(".fn-marker:focus-visible")) return;
    clearTimeout(soon);
    showCard(event.target);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches?.(".fn-marker") && !card?.contains(event.relatedTarget)) hideCard();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && card) hideCard();
    else if (event.key === "Escape" && event.target.closest?.("#fn-side")) goBack();
    else if (event.key === " " && event.target.matches?.(".fn-marker")) {
      event.preventDefault(); // a button answers to the space bar, too
      event.target.click();
    }
  });
  addEventListener("resize", hideCard);

  // --- the panel beside

  let lastMarker = "";

  function activate(id) {
    const group = groupOf(id);
    all(".fn-sources").forEach((other) => (other.hidden = other !== group));
    all(".fn-active").forEach((other) => other.classList.remove("fn-active"));
    document.getElementById(id)?.classList.add("fn-active");
    document.getElementById(id.replace("fn-", "ref-"))?.classList.add("fn-active");
    all(`mark.fn-in-${numberOf(id)}`, group).forEach((mark) => mark.classList.add("fn-active"));
  }

  // Only the panel scrolls: it is in view already, and the reader's place in the answers is not to change.
  function showInPanel(id) {
    activate(id);
    const quote = document.getElementById(id);
    const panel = quote.closest(".fn-panel");
    const from = quote.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    const top = panel.scrollTop + from - Math.min(panel.clientHeight / 3, from + panel.scrollTop);
    panel.scrollTo({ top, behavior: reducedMotion() ? "auto" : "smooth" });
    quote.focus({ preventScroll: true });
  }

  function goBack(link) {
    const marker =
      document.getElementById(lastMarker) ?? document.getElementById((link?.getAttribute("href") ?? "").slice(1));
    if (!marker) return;
    still = true;
    scroll(marker, "nearest");
    silent = true;
    marker.focus({ preventScroll: true });
    silent = false;
  }

  // --- the sheet on a narrow window

  let sheet = null;
  let ids = []; // of the sources in the sheet
  let open = 0;

  function makeSheet() {
    const title = make("h2", { id: "fn-sheet-title", class: "fn-sheet-title", tabindex: "-1" });
    const button = (kind, key, sign) =>
      make("button", { type: "button", class: `fn-sheet-${kind}`, "aria-label": say(key) }, sign);
    const head = make("div", { class: "fn-sheet-head" }, title, button("close", "close", "✕"));
    const grip = make("div", { class: "fn-grip", "aria-hidden": "true" });
    const body = make("div", { class: "fn-sheet-body", tabindex: "0", role: "group", "aria-labelledby": "fn-sheet-title" });
    const foot = make("div", { class: "fn-sheet-foot" });
    foot.append(button("previous", "source_previous", "‹"), make("span", { class: "fn-sheet-open" }), button("next", "source_next", "›"));
    sheet = make("dialog", { class: "fn-sheet", "aria-labelledby": "fn-sheet-title" });
    sheet.append(make("div", { class: "fn-sheet-in" }, grip, head, body, foot));
    document.body.append(sheet);
    sheet.addEventListener("click", (event) => {
      if (event.target === sheet || event.target.closest(".fn-sheet-close")) closeSheet();
      else if (event.target.closest(".fn-sheet-previous")) leaf(-1);
      else if (event.target.closest(".fn-sheet-next")) leaf(1);
    });
    sheet.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") leaf(-1);
      if (event.key === "ArrowRight") leaf(1);
    });
    sheet.addEventListener("cancel", () => (silent = true)); // Escape, or a phone's back gesture
    sheet.addEventListener("close", closed);
    swipe(sheet);
  }

  function openSheet(id) {
    const group = groupOf(id);
    if (!group) return;
    hideCard();
    if (!sheet) makeSheet();
    ids = all(".fn-number[id]", group).map((place) => place.id).sort((a, b) => numberOf(a) - numberOf(b));
    open = Math.max(0, ids.indexOf(id));
    sheet.style.transform = "";
    document.documentElement.classList.add("fn-sheet-up");
    if (!sheet.open) sheet.showModal();
    // A history entry of its own, so that Back closes the sheet and does not leave the page.
    if (!history.state?.sheet) history.pushState({ ...history.state, sheet: true }, "");
    fill();
  }

  // Closing gives the focus back to the marker, where it must not open a card.
  function closeSheet() {
    silent = true;
    sheet.close();
  }

  function leaf(by) {
    if (!ids[open + by]) return;
    open += by;
    fill();
  }

  function fill() {
    const id = ids[open];
    activate(id);
    one(".fn-sheet-title", sheet).textContent = say("source_of", { n: open + 1, most: ids.length });
    const body = one(".fn-sheet-body", sheet);
    const copy = copyOf(id) ?? make("div");
    one(".fn-sheet-open", sheet).replaceChildren(...all(".fn-open", copy));
    one(".fn-links", copy)?.remove();
    body.replaceChildren(copy);
    body.scrollTop = 0;
    const mark = one("mark", body);
    const far = mark ? mark.getBoundingClientRect().bottom - body.getBoundingClientRect().bottom : 0;
    if (far > 0) body.scrollTop = far + body.clientHeight / 3;
    one(".fn-sheet-previous", sheet).disabled = open === 0;
    one(".fn-sheet-next", sheet).disabled = open === ids.length - 1;
    one(".fn-sheet-title", sheet).focus({ preventScroll: true });
  }

  function closed() {
    silent = false;
    document.documentElement.classList.remove("fn-sheet-up");
    if (history.state?.sheet) history.back();
    // Back to the element that opened it, which may have been redrawn since.
    lastMarker = document.getElementById(lastMarker) ? lastMarker : (ids[open] ?? "").replace("fn-", "ref-");
    goBack();
  }

  // Pulled down at its head, or at its text when that is scrolled to the top.
  function swipe(element) {
    let from = null;
    element.addEventListener("touchstart", (event) => {
      const body = event.target.closest(".fn-sheet-body");
      from = body && body.scrollTop > 0 ? null : event.touches[0].clientY;
    }, { passive: true });
    element.addEventListener("touchmove", (event) => {
      const by = from === null ? 0 : event.touches[0].clientY - from;
      element.style.transform = by > 0 ? `translateY(${by}px)` : "";
    }, { passive: true });
    element.addEventListener("touchend", (event) => {
      const by = from === null ? 0 : event.changedTouches[0].clientY - from;
      if (by > 90) closeSheet();
      element.style.transform = "";
      from = null;
    });
  }

  addEventListener("popstate", () => sheet?.open && !history.state?.sheet && closeSheet());

  // --- events that open a source

  // The panel may be drawn a moment later than the answer: a press in between is not lost.
  let awaited = "";
  function openSource(marker) {
    awaited = targetOf(marker) ? "" : marker.id;
    if (awaited) return;
    lastMarker = marker.id;
    const id = marker.getAttribute("href").slice(1);
    wide() ? showInPanel(id) : openSheet(id);
  }

  clicked(".fn-marker", (marker, event) => {
    event.preventDefault();
    hideCard();
    openSource(marker);
  });
  clicked(".fn-back", (link, event) => {
    event.preventDefault();
    goBack(link);
  });
  clicked(".fn-show", (button) => {
    const group = document.getElementById(button.closest(".fn-answer").id.replace("answer", "sources"));
    const first = all(".fn-number[id]", group ?? undefined)[0]?.id;
    if (!group || !first) return;
    button.id ||= `show-${group.id}`;
    lastMarker = button.id;
    wide() ? showInPanel(first) : openSheet(first);
  });

  settled(() => {
    const marker = document.getElementById(awaited);
    if (marker && targetOf(marker)) openSource(marker);
    if (card && !document.getElementById(cardFor)) hideCard();
    if (sheet?.open && !groupOf(ids[open])) closeSheet();
    all(".fn-marker:not([aria-haspopup])").forEach((marker) => marker.setAttribute("aria-haspopup", "dialog"));
  });
})();
