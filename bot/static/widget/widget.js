// Footnote's button on a blog: <script src="https://…/widget.js" defer data-title="…"></script>
// Until it is pressed, only this file is loaded; then the chat opens in an iframe. It must
// not harm its host: a shadow root, no cookie, no innerHTML and no style attribute (a CSP may
// forbid them), nothing is thrown. It stands beside <body>, which pages replace or transform.
// Served without comments and spaces, with short names, and with its words (embed.py, minify.py).
(() => {
  const safe = (work) => (...given) => {
    try {
      return work(...given);
    } catch {}
  };
  safe(() => {
    const script = document.currentScript || [...document.scripts].find((one) => /\/widget\.js/.test(one.src));
    const options = script.dataset;
    const where = options.inline;
    const seen = (window._footnote ||= {});
    if (seen[where]) return;
    seen[where] = 1;

    const home = new URL(".", script.src);
    const html = document.documentElement;
    const tongue = options.lang || html.lang;
    const words = WORDS;
    const [called, closing, gone, retry] = words[tongue.slice(0, 2).toLowerCase()] || words.en;
    const caption = options.title || called;
    const [shade] = /^(light|dark)$/.exec(options.theme) || [""];
    const side = options.position === "left" ? "left" : "right";

    // Any CSS colour, as the browser understands it; on it black or white, whichever stands out more.
    // (A canvas costs a slow phone time before its first paint, so there is none without a wish.)
    const wish = options.colour || options.color;
    const brush = wish ? document.createElement("canvas").getContext("2d") : {};
    brush.fillStyle = "#0d5c63";
    brush.fillStyle = wish || brush.fillStyle;
    const [tint] = /^#.{6}/.exec(brush.fillStyle) || ["#0d5c63"];
    const bright = (weight, digit) => weight * ("0x" + tint.substr(digit, 2)) ** 2.2;
    const ink = bright(0.21, 1) + bright(0.72, 3) + bright(0.07, 5) > 35454 ? "#000" : "#fff"; // .18 of white

    const look = `
:host{all:initial!important;color-scheme:${shade || "light dark"}!important;font:16px system-ui,sans-serif!important}
:host([inline]){display:block!important;height:100%!important}
@media print{:host{display:none!important}}
*{box-sizing:border-box;font:inherit;margin:0}
button{display:flex;align-items:center;gap:10px;min-height:52px;padding:0 20px 0 16px;border:2px solid #0000;border-radius:26px;background:${tint};color:${ink};cursor:pointer}
button:before{content:"";width:20px;height:16px;border:2px solid;border-radius:50% 50% 50% 0}
[aria-expanded=true]:before{content:"×";border:0;font:32px/14px system-ui}
:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px #000}
button,dialog{position:fixed;z-index:2147483647;inset:auto;${side}:calc(20px + env(safe-area-inset-${side}));bottom:calc(20px + env(safe-area-inset-bottom));max-width:calc(100% - 40px);box-shadow:0 4px 24px #0005}
dialog,section{background:Canvas;color:CanvasText;border:1px solid #8888;border-radius:16px;overflow:hidden;padding:0}
dialog{margin-bottom:64px;width:400px;height:640px;max-height:calc(100% - 104px)}
section{position:relative;height:100%}
p,iframe{display:grid;position:absolute;inset:0;width:100%;height:100%;border:0}
iframe{opacity:0}
p{place-content:center;place-items:center;gap:28px;padding:28px;font-size:24px;text-align:center}
p button{position:static;max-width:none;font-size:16px;box-shadow:none}
:modal{inset:0;width:100%;height:100%;margin:0;max-width:none;max-height:none;border:0;border-radius:0;padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left)}
:modal iframe{position:relative}
:modal>button{position:absolute;inset:calc(4px + env(safe-area-inset-top)) calc(4px + env(safe-area-inset-right)) auto auto;width:44px;min-height:44px;padding:0 10px;background:none;color:inherit;box-shadow:none}
:modal span{display:none}
@media(max-width:480px){:host>button{padding:0 14px}:host>button span{display:none}}
@media(prefers-reduced-motion:no-preference){dialog{animation:rise .2s}}
@keyframes rise{0%{opacity:0;translate:0 20px}}
`;

    const make = (tag, given) => Object.assign(document.createElement(tag), given);
    const host = make("footnote-chat");
    const root = host.attachShadow({ mode: "open" });
    const panel = make(where ? "section" : "dialog", { ariaLabel: caption });
    const button = make("button", { ariaLabel: caption, ariaExpanded: false });
    button.append(make("span", { textContent: caption }));
    // What stands in the place of the chat until it has come.
    const note = make("p", { role: "status", textContent: options.greeting || caption });
    const again = make("button", { textContent: retry });
    panel.append(note);
    root.append(panel);
    if (where) {
      host.setAttribute("inline", "");
      note.append(button);
    } else root.prepend(button);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(look);
    root.adoptedStyleSheets = [sheet];

    // What outlives the page: the key of the conversation, and "+" if the panel is open.
    const slot = ["footnote", home, where];
    const kept = safe(() => sessionStorage[slot])() || "";
    let [secret] = /^[\da-f]*/.exec(kept);
    let opened = false;
    const keep = safe(() => {
      sessionStorage[slot] = secret + (opened ? "+" : "-");
    });

    // Where the reader is, without what may be private in the address. A page that goes elsewhere
    // without loading may leave its canonical link behind.
    const plain = () => location.origin + location.pathname;
    const first = plain();
    const here = () => {
      const canonical = document.querySelector("link[rel=canonical]")?.href || "";
      return plain() === first && canonical.startsWith(location.origin + "/") ? canonical : plain();
    };

    let frame;
    let greeted;
    let wanted;
    const tell = () => {
      if (!greeted) return;
      frame.contentWindow.postMessage(
        { ...options, footnote: 1, accent: tint, key: secret, focus: wanted, top: top === window, page: here(), modal: panel.matches(":modal") },
        home.origin,
      );
      wanted = 0;
    };

    // The part of the screen that an open keyboard leaves; a reader may also have zoomed in.
    const view = visualViewport;
    const fit = safe(() => {
      const covered = view.scale < 1.1 && innerHeight - view.height > 99;
      if (opened) panel.style = covered ? `top:${view.offsetTop}px;bottom:auto;margin:0;padding-bottom:0;max-height:${view.height}px` : "";
    });
    const phone = () => Math.min(innerWidth, screen.height) < 481;
    const show = (now) => {
      if (where || opened === now) return;
      const full = now && phone();
      button.ariaExpanded = opened = now;
      button.ariaLabel = full ? closing : caption;
      // On a phone it lies inside the panel, and the page behind must not scroll; elsewhere that is the page's own.
      if (full || panel.contains(button)) html.style.overflow = full ? "hidden" : "";
      (full ? panel : root).prepend(button);
      if (full) panel.showModal();
      else if (now) panel.open = true;
      else {
        panel.close();
        button.focus({ preventScroll: true });
      }
      keep();
      fit();
    };
    const hide = safe(() => show(false));

    const load = () => {
      frame?.remove();
      greeted = 0;
      note.textContent = "…";
      const src = `${home}?embed=1&at=${encodeURIComponent(here())}&lang=${tongue}${shade && "&__theme=" + shade}`;
      frame = make("iframe", { title: caption, allow: "clipboard-write", src });
      panel.append(frame, note);
      // Whether the server is down or does not let this blog in: a frame that comes to nothing says nothing.
      setTimeout(safe((asked) => {
        if (asked !== frame || greeted) return;
        note.textContent = gone;
        note.append(again);
        if (wanted) again.focus();
      }), 7e3, frame);
    };
    const come = () => {
      wanted = 1;
      show(true);
      tell();
      frame.focus();
    };

    button.onclick = safe(() => {
      if (opened) return hide();
      if (!frame) load();
      come();
    });
    again.onclick = safe(() => {
      load();
      come();
    });
    panel.onclose = hide;
    root.addEventListener("keydown", (event) => event.key === "Escape" && hide());
    for (const change of ["resize", "scroll"]) view.addEventListener(change, fit);
    addEventListener("message", safe((event) => {
      const said = event.data;
      if (event.origin !== home.origin || event.source !== frame.contentWindow || !said.footnote) return;
      if (/^[\da-f]{32}$/.test(said.key)) {
        secret = said.key;
        keep();
      }
      if (said.ready) {
        greeted = frame.style.opacity = 1;
        note.remove();
        tell();
      }
      if (said.close) hide();
      if (/^https?:/.test(said.url)) {
        if (innerWidth < 820) hide();
        // On this very page nothing need be loaded again.
        const [target, mark] = said.url.split("#");
        if (here() === target || (location + "#").startsWith(target + "#")) location.hash = mark || "";
        else location.assign(said.url);
      }
    }));

    // Stay, whatever the page does with itself, and tell where it goes.
    let left = 99;
    let last = location.href;
    const stay = safe(() => {
      const place = where ? document.querySelector(where) : html;
      if (!host.isConnected && place && left-- > 0) {
        if (where) panel.style.minHeight = (place.clientHeight > 319 ? place.clientHeight : 640) + "px";
        place.append(host);
        if (frame) load();
      }
      if (last !== location.href) {
        last = location.href;
        setTimeout(safe(tell), 500);
      }
    });
    stay();
    new MutationObserver(stay).observe(document, { childList: true, subtree: true });
    if (kept.endsWith("+") || (!kept && "open" in options && options.open !== "false" && !phone())) {
      load();
      show(true);
    }
  })();
})();
