// Footnote's button on a blog: <script src="https://…/widget.js" defer data-title="…"></script>
// Until it is pressed, only this file is loaded; then its panel, which opens the chat in an iframe.
// It must not harm its host page: a shadow root, no cookie, no innerHTML and no style attribute (a CSP may
// forbid them), no exceptions. Its element is a sibling of <body>, which pages replace or transform.
// Options: data- attributes of the script, its query, or window.footnote = {…}, in this order.
// The server writes in TEXTS and HOME, its own address: an optimiser may serve this script from anywhere.
(() => {
  const warn = (why) => console.warn("Footnote: no chat here.", why);
  const safe = (work) => (...given) => {
    try {
      return work(...given);
    } catch {}
  };
  const script = document.currentScript || [...document.scripts].find((one) => /\/widget\.js/.test(one.src)) || {};
  const source = new URL(script.src || location);
  const options = { ...window.footnote, ...Object.fromEntries(source.searchParams), ...script.dataset };
  const where = options.inline;

  const start = () => {
    const seen = (window._footnote ||= {});
    if (seen[where]) return;
    seen[where] = 1;

    // HOME counts, but not an address behind a proxy: then the script's own does.
    const isLocal = ({ hostname }) => /^[^.]*$|^[\d.]+$/.test(hostname);
    let home = new URL(HOME);
    if (/\/widget\.js$/.test(source.pathname) && (source.host === home.host || (isLocal(home) && !isLocal(location)))) home = new URL(".", source);
    const html = document.documentElement;
    const tongue = options.lang || html.lang;
    const texts = TEXTS;
    const [title, silent] = texts[tongue.slice(0, 2).toLowerCase()] || texts.en;
    const caption = options.title || title;
    const [shade] = /^(light|dark)$/.exec(options.theme) || [""];
    const side = options.position === "left" ? "left" : "right";

    // Any CSS colour, as the browser understands it; on it black or white, whichever contrasts more.
    // (A canvas costs a slow phone time before its first paint, so there is none for the default.)
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
button,dialog{position:fixed;z-index:${parseInt(options.z) || 2147483647};inset:auto;${side}:calc(20px + env(safe-area-inset-${side}));bottom:calc(${parseInt(options.offset) || 20}px + var(--up,0px) + env(safe-area-inset-bottom));max-width:calc(100% - 40px);box-shadow:0 4px 24px #0005}
dialog,section{background:Canvas;color:CanvasText;border:1px solid #8888;border-radius:16px;overflow:hidden;padding:0}
section{position:relative;height:100%}
p,iframe{display:grid;position:absolute;inset:0;width:100%;height:100%;border:0}
p{place-content:center;place-items:center;gap:28px;padding:28px;font-size:24px;text-align:center}
p button{position:static;max-width:none;font-size:16px;box-shadow:none}
@media(max-width:480px){:host>button{padding:0 14px}:host>button span{display:none}}
`;

    const make = (tag, given) => Object.assign(document.createElement(tag), given);
    const host = make("footnote-chat");
    const root = host.attachShadow({ mode: "open" });
    const panel = make(where ? "section" : "dialog", { ariaLabel: caption });
    const button = make("button", { ariaLabel: caption, ariaExpanded: false });
    const label = make("span", { textContent: caption });
    button.append(label);
    // The placeholder of the chat until it is loaded.
    const note = make("p", { role: "status", textContent: options.greeting || caption });
    panel.append(note);
    root.append(panel);
    if (where) {
      host.setAttribute("inline", "");
      note.append(button);
    } else root.prepend(button);
    const addStyle = (css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    };
    addStyle(look);

    // What survives the page: the key of the conversation, and "+" if the panel is open.
    const slot = ["footnote", home, where];
    const stored = safe(() => sessionStorage[slot])() || "";
    const phone = () => Math.min(innerWidth, screen.height) < 481;

    // The reader's page, without what may be private in the address. A page that navigates without
    // loading may leave its canonical link behind.
    const plain = () => location.origin + location.pathname;
    const first = plain();
    const here = () => {
      const canonical = document.querySelector("link[rel=canonical]")?.href || "";
      return plain() === first && canonical.startsWith(location.origin + "/") ? canonical : plain();
    };

    // What the panel shares with this file; it adds load() and post().
    const chat = { options, where, home, tongue, shade, tint, caption, html, host, root, panel, button, note, stored, slot, make, safe, phone, here, addStyle };
    let failures = 0;
    let loading;
    const open = async (focus) => {
      if (loading) return;
      loading = 1;
      try {
        chat.press ||= (await import(`${home}widget-panel.js?${failures}`)).default(chat);
        chat.press(focus);
      } catch (error) {
        label.textContent = button.ariaLabel = silent;
        failures++;
        warn(error);
      }
      loading = 0;
    };
    button.onclick = () => open(1);

    // Stay, whatever the page does with itself, and report where it goes.
    let left = 99;
    let last = location.href;
    const stay = safe(() => {
      const place = where ? document.querySelector(where) : html;
      if (!host.isConnected && place && left-- > 0) {
        if (where) panel.style.minHeight = (place.clientHeight > 319 ? place.clientHeight : 640) + "px";
        place.append(host);
        chat.load?.();
      }
      if (last !== location.href) {
        last = location.href;
        setTimeout(() => chat.post?.(), 500);
      }
    });
    stay();
    const observer = new MutationObserver(stay);
    observer.observe(document, { childList: true, subtree: true });

    // Above whatever is fixed in this corner, such as a cookie banner with its buttons, while it is there.
    let up = 0;
    const avoid = safe(() => {
      if (where || chat.opened) return;
      const { x, y, width, height } = button.getBoundingClientRect();
      let top = y + up;
      for (let probe = 0; probe < 6; probe++)
        for (let other of document.elementsFromPoint(x + (width * (probe % 3)) / 2.1, top + (height * (probe > 2)) / 1.1)) {
          while (other && getComputedStyle(other).position !== "fixed") other = other.parentElement;
          const edge = other?.getBoundingClientRect().top;
          if (edge > innerHeight / 3) {
            top = edge - height - 12;
            probe = -1;
            break;
          }
        }
      up += y - top;
      host.style.setProperty("--up", up + "px");
    });
    setTimeout(avoid);
    const beat = setInterval(() => {
      avoid();
      // document.open() and a new <html> take the listeners away, too.
      if (html === document.documentElement) return;
      clearInterval(beat);
      observer.disconnect();
      seen[where] = 0;
      start();
    }, 1e3);
    setTimeout(() => host.isConnected || warn(where), 5e3);
    const agent = "agent" in options && (document.modelContext || navigator.modelContext);
    if (agent) import(home + "widget-agent.js").then((it) => it.default(agent, home)).catch(warn);
    if (stored.endsWith("+") || (!stored && "open" in options && options.open !== "false" && !phone())) open();
  };
  try {
    start();
  } catch (error) {
    warn(error);
  }
})();
