// Footnote's button on a blog: <script src="https://…/widget.js" defer data-title="…"></script>
// Until it is pressed, only this file is loaded; then the chat opens in an iframe. It must
// not harm its host: a shadow root, no cookie, no innerHTML and no style attribute (a CSP may
// forbid them), nothing is thrown. It stands beside <body>, which pages replace or transform.
// Served without indents and lines that begin with //, so none may begin inside a string.
(() => {
  "use strict";
  const safe = (work) => (...given) => {
    try {
      return work(...given);
    } catch {}
  };
  safe(() => {
    const script = document.currentScript || [...document.scripts].find((s) => /\/widget\.js\b/.test(s.src));
    if (!script || window._footnote) return;
    window._footnote = 1;

    const data = script.dataset;
    const inline = data.inline;
    const home = new URL(".", script.src);
    const html = document.documentElement;
    const lang = data.lang || html.lang;
    const title = data.title || {
      de: "Diesen Blog fragen",
      es: "Pregunta a este blog",
      fr: "Interroger ce blog",
      it: "Chiedi a questo blog",
      pt: "Pergunte a este blog",
    }[lang.slice(0, 2).toLowerCase()] || "Ask this blog";
    const [theme] = /^(light|dark)$/.exec(data.theme) || [""];
    const side = data.position === "left" ? "left" : "right";

    // Any CSS colour, as the browser understands it; on it black or white, whichever stands out more.
    const brush = document.createElement("canvas").getContext("2d");
    brush.fillStyle = "#0d5c63";
    brush.fillStyle = data.colour || data.color;
    const [accent] = /^#.{6}/.exec(brush.fillStyle) || ["#0d5c63"];
    const light = (weight, at) => weight * (("0x" + accent.substr(at, 2)) / 255) ** 2.2;
    const ink = light(0.21, 1) + light(0.72, 3) + light(0.07, 5) > 0.18 ? "#000" : "#fff";

    const look = `
:host{all:initial!important;color-scheme:${theme || "light dark"}!important;font:16px system-ui,sans-serif!important}
:host([inline]){display:block!important;height:100%!important}
@media print{:host{display:none!important}}
*{box-sizing:border-box;font:inherit;margin:0}
button{display:flex;align-items:center;gap:10px;min-height:52px;padding:0 20px 0 16px;border:2px solid transparent;border-radius:26px;background:${accent};color:${ink};font-weight:600;cursor:pointer}
button:before{content:"";width:20px;height:16px;border:2px solid;border-radius:50% 50% 50% 0}
[aria-expanded=true]:before{content:"×";border:0;font:32px/14px system-ui}
:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px #000}
button,dialog{position:fixed;z-index:2147483647;${side}:calc(20px + env(safe-area-inset-${side}));bottom:calc(20px + env(safe-area-inset-bottom));max-width:calc(100% - 40px);box-shadow:0 4px 24px #0005}
dialog,section{background:Canvas;color:CanvasText;border:1px solid #8886;border-radius:16px;overflow:hidden;padding:0}
dialog{inset:auto;${side}:20px;bottom:84px;width:400px;height:640px;max-height:calc(100% - 104px)}
section{position:relative;height:100%}
p{font:28px Georgia,serif;padding:28px}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0}
:modal{inset:0;width:100%;height:100%;max-width:none;max-height:none;border:0;border-radius:0;padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left)}
:modal iframe{position:static}
section button,:modal button{position:absolute}
:modal button{inset:calc(4px + env(safe-area-inset-top)) calc(4px + env(safe-area-inset-right)) auto auto;width:44px;min-height:44px;padding:0 10px;background:none;color:inherit;box-shadow:none}
:modal span{display:none}
@media(max-width:480px){:host>button{padding:0 14px}:host>button span{display:none}}
@media(prefers-reduced-motion:no-preference){dialog{animation:rise .2s}}
@keyframes rise{0%{opacity:0;transform:translateY(12px)}}
`;

    const make = (name, given) => Object.assign(document.createElement(name), given);
    const host = make("footnote-chat");
    const root = host.attachShadow({ mode: "open" });
    const button = make("button", { ariaLabel: title });
    button.append(make("span", { textContent: title }));
    const panel = make(inline ? "section" : "dialog", { ariaLabel: title });
    if (inline) {
      host.setAttribute("inline", "");
      panel.append(make("p", { textContent: data.greeting || title }), button);
      root.append(panel);
    } else {
      button.ariaHasPopup = "dialog";
      button.ariaExpanded = false;
      root.append(button, panel);
    }
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(look);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(make("style", { textContent: look }));
    }

    // What outlives the page: the key of the conversation, and "+" if the panel is open.
    const name = "footnote " + home;
    const kept = safe(() => sessionStorage[name])() || "";
    let [key] = /^[\da-f]*/.exec(kept);
    let open = false;
    const keep = safe(() => {
      sessionStorage[name] = key + (open ? "+" : "-");
    });

    // Where the reader is, without what may be private in the address. A page that goes elsewhere
    // without loading may leave its canonical link behind.
    const first = location.pathname;
    const page = () => {
      const { origin, pathname } = location;
      const named = document.querySelector("link[rel=canonical]")?.href || "";
      return pathname === first && named.startsWith(origin + "/") ? named : origin + pathname;
    };

    let frame, ready, focus, overflow;
    const isModal = () => panel.matches(":modal");
    const tell = () => {
      if (!ready) return;
      const said = { ...data, footnote: 1, accent, key, focus, top: top === window, page: page(), modal: isModal() };
      frame.contentWindow.postMessage(said, home.origin);
      focus = 0;
    };

    // The part of the screen that an open keyboard leaves; a reader may also have zoomed in.
    const view = visualViewport;
    const fit = safe(() => {
      const full = isModal() && view.scale < 1.1;
      const inset = view.height < innerHeight - 99 ? ";padding-bottom:0" : "";
      panel.style = full ? `height:${view.height}px;top:${view.offsetTop}px${inset}` : "";
    });
    const phone = () => Math.min(innerWidth, screen.height) < 481;
    const show = (now) => {
      if (inline || open === now) return;
      button.ariaExpanded = open = now;
      keep();
      if (!now) {
        panel.close();
        root.prepend(button);
        button.focus({ preventScroll: true });
        html.style.overflow = overflow;
      } else if (phone()) {
        panel.prepend(button);
        panel.showModal();
        html.style.overflow = "hidden";
      } else panel.setAttribute("open", "");
      fit();
    };
    const start = () => {
      if (!frame) {
        overflow = html.style.overflow;
        const src = `${home}?embed=1&at=${encodeURIComponent(page())}&lang=${lang}${theme && "&__theme=" + theme}`;
        frame = make("iframe", { title, allow: "clipboard-write", src });
        panel.append(frame);
      }
      show(true);
      tell();
    };
    const hide = safe(() => show(false));

    button.onclick = safe(() => {
      if (open) return hide();
      focus = 1;
      start();
      frame.focus();
    });
    panel.onclose = hide;
    root.addEventListener("keydown", (event) => event.key === "Escape" && hide());
    for (const event of ["resize", "scroll"]) view.addEventListener(event, fit);
    addEventListener("message", safe(({ data, origin, source }) => {
      if (origin !== home.origin || source !== frame.contentWindow || !data.footnote) return;
      if (/^[\da-f]{32}$/.test(data.key)) {
        key = data.key;
        keep();
      }
      if (data.ready) {
        ready = 1;
        tell();
      }
      if (data.close) hide();
      if (/^https?:/.test(data.url)) {
        if (innerWidth < 820) hide();
        // On this very page nothing need be loaded again.
        const [place, mark] = data.url.split("#");
        if (page() === place || (location + "#").startsWith(place + "#")) location.hash = mark || "";
        else location.assign(data.url);
      }
    }));

    // Stay, whatever the page does with itself, and tell where it goes.
    let left = 99;
    let at = location.href;
    const stay = safe(() => {
      const place = inline ? document.querySelector(inline) : html;
      if (!host.isConnected && place && left-- > 0) {
        if (inline) panel.firstChild.style.minHeight = (place.clientHeight > 319 ? place.clientHeight : 640) + "px";
        place.append(host);
      }
      if (at !== location.href) {
        at = location.href;
        setTimeout(safe(tell), 500);
      }
    });
    stay();
    new MutationObserver(stay).observe(document, { childList: true, subtree: true });
    if (kept.endsWith("+") || (!kept && "open" in data && data.open !== "false" && !phone())) start();
  })();
})();
