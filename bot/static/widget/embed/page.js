// /embed: what the form's button does, done while one types; and copying. Without this file the page
// works all the same, one press of a button later.
(() => {
  "use strict";
  const form = document.querySelector("form");
  const line = document.querySelector("#line");
  const frame = document.querySelector("#preview");
  const copy = document.querySelector("#copy");
  const told = document.querySelector("#told");
  const picker = document.querySelector("#picker");
  const root = form.dataset.root;

  document.documentElement.classList.add("scripted");

  const query = () => {
    const given = new URLSearchParams(new FormData(form));
    given.delete("blog");
    for (const [name, value] of [...given]) if (!value) given.delete(name);
    return given.toString();
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
      told.textContent = "";
    } catch {
      told.textContent = "The server does not answer just now.";
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
      told.textContent = "Copied.";
    } catch {
      // Only https pages may write to the clipboard: mark it, so that Ctrl+C does it.
      getSelection().selectAllChildren(line);
      told.textContent = "Marked: press Ctrl+C (on a Mac ⌘C).";
    }
  });
})();
