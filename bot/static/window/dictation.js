// Asking by voice, where the browser recognises speech on the device itself. It is offered only if the language is
// installed already: then no sound leaves the device and nothing is downloaded. What was heard is put into the
// question box, for the reader to send.
(() => {
  "use strict";
  const { one, say, make, draw, box, busy, fill, announce, clicked, settled } = window.footnote;
  const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  const ours = document.documentElement.dataset.lang ?? "en";
  let language = ""; // that the device recognises; "" while none is known
  let listening = null;

  async function findLanguage() {
    const allows = (feature) => document.featurePolicy?.allowsFeature?.(feature) ?? true;
    if (!Recognition?.available || !("processLocally" in Recognition.prototype) || !allows("microphone")) return;
    const fitting = navigator.languages.filter((tag) => tag.split("-")[0].toLowerCase() === ours);
    for (const tag of [...fitting, ours]) {
      if ((await Recognition.available({ langs: [tag], processLocally: true })) !== "available") continue;
      language = tag;
      dress();
      return;
    }
  }

  function listen() {
    const recognition = new Recognition();
    recognition.processLocally = true;
    if (recognition.processLocally !== true) return; // else the sound would be sent to the browser's maker
    recognition.lang = language;
    recognition.interimResults = true;
    listening = recognition;
    let heard = "";
    recognition.onresult = ({ results }) => {
      heard = [...results].map((result) => result[0].transcript).join("").trim();
      if (heard) fill(heard);
    };
    recognition.onend = () => {
      if (listening !== recognition) return;
      listening = null;
      dress();
      announce(heard || say("voice_unheard"));
      (heard ? one("#fn-send") : one("#fn-dictate"))?.focus();
    };
    recognition.onerror = () => {}; // the end follows
    recognition.start();
    announce(say("voice_listening"));
    dress();
  }

  function leave() {
    const recognition = listening;
    listening = null;
    recognition?.abort();
    dress();
  }

  clicked("#fn-dictate", () => (listening ? listening.stop() : listen()));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !listening) return;
    leave();
    event.preventDefault(); // the widget stays open
  }, true);
  addEventListener("pagehide", leave);

  const PICTURE = "M12 15a4 4 0 0 0 4-4V6a4 4 0 0 0-8 0v5a4 4 0 0 0 4 4Zm-7-4a7 7 0 0 0 14 0m-7 7v4";
  function dress() {
    const label = say("voice_ask");
    const send = one("#fn-send");
    if (!language || !label || !send) return;
    let button = one("#fn-dictate");
    if (!button) {
      button = make("button", { id: "fn-dictate", type: "button", "aria-label": label, title: label, "aria-pressed": "false" }, draw(PICTURE));
      box()?.closest("#fn-box")?.after(button);
    }
    const pressed = String(!!listening);
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    if (button.hidden !== busy()) button.hidden = busy();
  }

  settled(() => {
    if (listening && busy()) leave();
    dress();
  });
  findLanguage().catch(() => {}); // a browser that has only half of this
})();
