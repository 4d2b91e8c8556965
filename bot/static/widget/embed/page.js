// /embed: updates the line and the preview while the owner types, and copies the line. Without this script the page
// works through its submit button.
(() => {
  "use strict";
  const form = document.querySelector("form");
  const line = document.querySelector("#line");
  const frame = document.querySelector("#preview");
  const copy = document.querySelector("#copy");
  const status = document.querySelector("#status");
  const picker = document.querySelector("#picker");
  const root = form.dataset.root;

  document.documentElement.classList.add("scripted");

  const query = () => {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("blog");
    for (const [name, value] of [...fields]) if (!value) fields.delete(name);
    return fields.toString();
  };

  let asked = 0;
  let shown = query();
  const renew = async () => {
    const now = query();
    if (now === shown) return;
    shown = now;
    const number = ++asked;
    try {
      const answer = await fetch(`${root}embed/line?${now}`);
      if (!answer.ok || number !== asked) return;
      line.textContent = await answer.text();
      frame.src = `${root}embed/preview?${now}`;
      history.replaceState(null, "", `?${now}`);
      status.textContent = "";
    } catch {
      status.textContent = "The server does not answer just now.";
    }
  };

  let later;
  form.addEventListener("input", (event) => {
    if (event.target === picker) {
      const own = document.querySelector("#own");
      own.value = picker.value;
      own.checked = true;
    }
    clearTimeout(later);
    later = setTimeout(renew, 400);
  });

  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(line.textContent);
      status.textContent = "Copied.";
    } catch {
      // Only https pages may write to the clipboard: mark it, so that Ctrl+C does it.
      getSelection().selectAllChildren(line);
      status.textContent = "Marked: press Ctrl+C (on a Mac ⌘C).";
    }
  });
})();
