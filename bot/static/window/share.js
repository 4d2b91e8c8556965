// A button that copies the address of an answer's own page. The server gives the path; the address is this window's.
(() => {
  "use strict";
  const { one, all, say, make, draw, copyText, report, clicked, settled } = window.footnote;
  const CHAIN = "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7l1-1";

  clicked(".fn-link", async (button) => {
    const path = one(".fn-address", button.closest(".fn-actions")).textContent;
    report(button, one("span", button), await copyText(new URL(path, document.baseURI).href), "link_copied");
  });

  settled(() => {
    const label = say("copy_link");
    for (const place of label ? all(".fn-address") : []) {
      if (one(".fn-link", place.parentElement)) continue;
      const button = make("button", { class: "fn-action fn-with-icon fn-link", type: "button", title: label });
      button.append(draw(CHAIN), make("span", {}, label));
      place.after(button);
    }
  });
})();
