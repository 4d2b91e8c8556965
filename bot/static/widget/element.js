// <footnote-chat data-title="…"></footnote-chat>: the chat as a part of the page, for site builders that
// take a "custom element" instead of a line of HTML (Wix). The element is a container: it loads the
// widget, which puts the chat into it, and into the next page's where a site navigates without loading.
// It may be loaded in any way, so it takes its own address from a stack trace, else from the server (HOME).
(() => {
  const [home] = /https?:\/\/\S+?\/(?=element\.js)/.exec(new Error().stack) || [HOME];
  const OPTIONS = ["title", "greeting", "colour", "color", "theme", "lang"];

  class Container extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return; // the widget's own element, which has the same name
      if (getComputedStyle(this).display === "inline") {
        this.style.display = "block";
        this.style.height = "100%";
      }
      const script = document.createElement("script");
      for (const name of OPTIONS) {
        const value = this.dataset[name] ?? this.getAttribute(name);
        if (value !== null) script.dataset[name] = value;
      }
      script.dataset.inline = "footnote-chat:not([inline])";
      script.src = home + "widget.js";
      document.head.append(script);
    }
  }

  if (!customElements.get("footnote-chat")) customElements.define("footnote-chat", Container);
})();
