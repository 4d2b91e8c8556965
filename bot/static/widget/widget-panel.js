// The widget's panel, loaded when the button is pressed: the chat's iframe, messages to and from it, phones and
// their keyboards. `chat` holds what the button's script shares. The server writes in TEXTS.
export default (chat) => {
  const { options, where, home, tongue, shade, tint, caption, html, root, panel, button, note, stored, slot, make, safe, phone, here } = chat;
  const texts = TEXTS;
  const [closing, silent, retry] = texts[tongue.slice(0, 2).toLowerCase()] || texts.en;
  const again = make("button", { textContent: retry });
  chat.addStyle(`
dialog{margin-bottom:64px;width:400px;height:640px;max-height:calc(100% - 104px - var(--up,0px))}
iframe{opacity:0}
:modal{inset:0;width:100%;height:100%;margin:0;max-width:none;max-height:none;border:0;border-radius:0;padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left)}
:modal iframe{position:relative}
:modal>button{position:absolute;inset:calc(4px + env(safe-area-inset-top)) calc(4px + env(safe-area-inset-right)) auto auto;width:44px;min-height:44px;padding:0 10px;background:none;color:inherit;box-shadow:none}
:modal span{display:none}
@media(prefers-reduced-motion:no-preference){dialog{animation:rise .2s}}
@keyframes rise{0%{opacity:0;translate:0 20px}}
`);

  let [secret] = /^[\da-f]*/.exec(stored);
  const save = safe(() => {
    sessionStorage[slot] = secret + (chat.opened ? "+" : "-");
  });

  let frame;
  let greeted;
  let wanted;
  const post = (chat.post = safe(() => {
    if (!greeted) return;
    frame.contentWindow.postMessage(
      { ...options, footnote: 1, accent: tint, key: secret, focus: wanted, top: top === window, page: here(), modal: panel.matches(":modal"), shown: !!(where || chat.opened) },
      home.origin,
    );
    wanted = 0;
  }));

  // The part of the screen that an open keyboard leaves; a reader may also have zoomed in.
  const view = visualViewport;
  const fit = safe(() => {
    const covered = view.scale < 1.1 && innerHeight - view.height > 99;
    if (chat.opened) panel.style = covered ? `top:${view.offsetTop}px;bottom:auto;margin:0;padding-bottom:0;max-height:${view.height}px` : "";
  });
  const show = (now) => {
    if (where || !!chat.opened === now) return;
    const full = now && phone();
    button.ariaExpanded = chat.opened = now;
    button.ariaLabel = full ? closing : caption;
    // On a phone the button is inside the panel, and the page behind must not scroll.
    if (full || panel.contains(button)) html.style.overflow = full ? "hidden" : "";
    (full ? panel : root).prepend(button);
    if (full) panel.showModal();
    else if (now) panel.open = true;
    else {
      panel.close();
      button.focus({ preventScroll: true });
    }
    save();
    fit();
    post(); // a closed panel falls silent
  };
  const hide = safe(() => show(false));

  const load = () => {
    frame?.remove();
    greeted = 0;
    note.textContent = "…";
    const src = `${home}?embed=1&at=${encodeURIComponent(here())}&lang=${tongue}${shade && "&__theme=" + shade}`;
    const voice = "voice" in options ? "; microphone; on-device-speech-recognition" : "";
    frame = make("iframe", { title: caption, allow: "clipboard-write" + voice, src });
    panel.append(frame, note);
    // Whether the server is down or does not allow this blog: a frame that fails sends nothing.
    setTimeout(safe((asked) => {
      if (asked !== frame || greeted) return;
      note.textContent = silent;
      note.append(again);
      if (wanted) again.focus();
    }), 7e3, frame);
  };
  chat.load = load;
  const come = (focus) => {
    wanted = focus;
    show(true);
    post();
    if (focus) frame.focus();
  };

  again.onclick = safe(() => {
    load();
    come(1);
  });
  panel.onclose = hide;
  root.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  for (const change of ["resize", "scroll"]) view.addEventListener(change, fit);
  addEventListener("message", safe(({ data, origin, source }) => {
    if (origin !== home.origin || source !== frame.contentWindow || !data.footnote) return;
    if (/^[\da-f]{32}$/.test(data.key)) {
      secret = data.key;
      save();
    }
    if (data.ready) {
      greeted = frame.style.opacity = 1;
      note.remove();
      post();
    }
    if (data.close) hide();
    if (/^https?:/.test(data.url)) {
      if (innerWidth < 820) hide();
      // On this very page nothing need be loaded again.
      const [target, mark] = data.url.split("#");
      if (here() === target || (location + "#").startsWith(target + "#")) location.hash = mark || "";
      else location.assign(data.url);
    }
  }));

  // What a press on the button does.
  return (focus) => {
    if (chat.opened) return hide();
    if (!frame) load();
    come(focus);
  };
};
