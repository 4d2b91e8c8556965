// <footnote-chat data-title="…"></footnote-chat>: the chat as a part of the page, for site builders that
// take a "custom element" in place of a line of HTML (Wix). The element itself is only a place: it brings
// the widget (widget.js), which puts the chat into it, and into the next page's where a site goes on
// without loading. It may be loaded in any way there is, so it learns its own address from a stack.
(() => {
  const [home] = /https?:\/\/\S+?\/(?=element\.js)/.exec(new Error().stack);
  const named = ["title", "greeting", "colour", "color", "theme", "lang"];

  class Place extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return; // the widget's own element, which has the same name
      if (getComputedStyle(this).display === "inline") {
        this.style.display = "block";
        this.style.height = "100%";
      }
      const script = document.createElement("script");
      for (const name of named) {
        const given = this.dataset[name] ?? this.getAttribute(name);
        if (given !== null) script.dataset[name] = given;
      }
      script.dataset.inline = "footnote-chat:not([inline])";
      script.src = home + "widget.js";
      document.head.append(script);
    }
  }

  if (!customElements.get("footnote-chat")) customElements.define("footnote-chat", Place);
})();
