// Reads an answer aloud, sentence by sentence, and marks the sentence that is spoken. The mark is a highlight of the
// browser, which changes nothing in the page; where there is none, the paragraph gets a class. Gradio may redraw the
// answer at any time, so sentences are found again after each redraw.
(() => {
  "use strict";
  const { one, all, say, make, draw, scroll, busy, announce, clicked, settled, speech } = window.footnote;
  const root = document.documentElement;
  const ours = root.dataset.lang ?? "en";
  const BLOCKS = "p, li, h4, td, th, summary, .fn-step-text";
  const LEFT_OUT = "sup, button, .fn-hold, .fn-reps, .fn-calls, .fn-changed";
  const NAME = "fn-spoken";
  const SPEAKER = "M4 9.5v5h3.5l4.5 4v-13l-4.5 4Zm11-1a5 5 0 0 1 0 7m2.5-9.5a8.5 8.5 0 0 1 0 12";
  const STOP = "M7 7h10v10H7Z";
  let reading = null; // { id: of the answer, sentences: texts, at: index, questions: how many there are }

  // --- the sentences of an answer: { block, nodes, start, end, text, language }

  function sentencesOf(answer) {
    const end = one(".fn-actions", answer);
    const blogs = /\bfn-quotes-([a-z]{2,3})\b/.exec(answer.className)?.[1] ?? ours;
    const walker = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT);
    const blocks = new Map();
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const block = node.parentElement.closest(BLOCKS);
      if (!answer.contains(block) || node.parentElement.closest(LEFT_OUT) || !block.checkVisibility?.()) continue;
      if (end && !(end.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING)) break; // suggestions
      blocks.has(block) ? blocks.get(block).push(node) : blocks.set(block, [node]);
    }
    return [...blocks].flatMap(([block, nodes]) => split(block, nodes, isQuoted(block) ? blogs : ours));
  }

  // A quote has a footnote, a table one for several cells; the rest are our own words.
  const isQuoted = (block) => !!one(".fn-ref", block.closest("table") ?? block);

  function split(block, nodes, language) {
    const whole = nodes.map((node) => node.data).join("");
    const pieces = window.Intl?.Segmenter
      ? [...new Intl.Segmenter(language, { granularity: "sentence" }).segment(whole)]
      : [{ segment: whole, index: 0 }];
    const item = block.matches(".fn-step-text") ? block.parentElement : block;
    const number = item.matches("ol > li") && item.value ? `${item.value}. ` : "";
    return pieces
      .map(({ segment, index }) => ({
        block, nodes, language,
        start: index + segment.length - segment.trimStart().length,
        end: index + segment.trimEnd().length,
        text: segment.replaceAll("\u2060", "").replace(/\s+/g, " ").trim(),
      }))
      .filter(({ text }) => /[\p{L}\p{N}]/u.test(text))
      .map((sentence, n) => ({ ...sentence, text: (n ? "" : number) + sentence.text }));
  }

  const speakable = (answer) => sentencesOf(answer).filter(({ language }) => speech.voiceOf(language));

  // --- the mark

  function rangeOf({ nodes, start, end }) {
    const range = new Range();
    let at = 0;
    for (const node of nodes) {
      const to = at + node.length;
      if (start >= at && start < to) range.setStart(node, start - at);
      if (end > at && end <= to) range.setEnd(node, end - at);
      at = to;
    }
    return range;
  }

  function mark(sentence) {
    if (window.CSS?.highlights) CSS.highlights.set(NAME, new Highlight(rangeOf(sentence)));
    else if (!sentence.block.classList.contains(NAME)) {
      unmark();
      sentence.block.classList.add(NAME);
    }
  }

  function unmark() {
    window.CSS?.highlights?.delete(NAME);
    all(`.${NAME}`).forEach((block) => block.classList.remove(NAME));
  }

  // The page follows the voice, but not a reader who has scrolled elsewhere.
  const isInView = (block) => {
    const { top, bottom } = block.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };

  // --- reading

  const answerOf = (id) => document.getElementById(id);

  function start(answer) {
    const sentences = speakable(answer);
    if (!sentences.length) return;
    reading = { id: answer.id, sentences: sentences.map(({ text }) => text), at: -1, questions: questions() };
    next(reading);
  }

  function next(mine) {
    if (reading !== mine) return;
    const sentences = speakable(answerOf(mine.id) ?? document.createElement("p"));
    const before = sentences[mine.at];
    const sentence = sentences[++mine.at];
    if (!sentence || sentence.text !== mine.sentences[mine.at]) return speech.silence();
    const follows = !before || isInView(before.block);
    mark(sentence);
    if (follows && before?.block !== sentence.block) scroll(sentence.block, "nearest");
    speech.speak(sentence.text, sentence.language, (well) => {
      if (reading !== mine) return;
      if (well) return next(mine);
      speech.silence();
      announce(say("failed"));
    });
  }

  // A timer that speaks ends the reading, too.
  speech.whenSilenced.push(() => {
    if (!reading) return;
    reading = null;
    unmark();
    dress();
  });

  const questions = () => all(".fn-question").length;
  // Asked something else, cleared, or the widget around the window was closed.
  const isOver = () => busy() || root.matches(".fn-sent, .fn-shut") || !answerOf(reading.id) || questions() !== reading.questions;

  clicked(".fn-listen", (button) => {
    const answer = button.closest(".fn-answer");
    const again = reading?.id === answer.id;
    speech.silence();
    if (again) return;
    start(answer);
    dress();
  });

  // The widget closes at Escape, too, but not when it has silenced a voice.
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || !(reading || speech.isSpeaking())) return;
    speech.silence();
    if (!one("dialog[open], .fn-peek")) event.preventDefault();
  }, true);

  // --- after each redraw

  function dress() {
    const label = say("read_aloud");
    for (const row of label ? all(".fn-actions") : []) {
      const answer = row.closest(".fn-answer");
      let button = one(".fn-listen", row);
      if (!button && speakable(answer).length) {
        button = make("button", { class: "fn-action fn-with-icon fn-listen", type: "button", "aria-pressed": "false" });
        button.append(draw(SPEAKER), make("span", {}, label));
        button.title = label;
        row.insertBefore(button, one(".fn-thumbs", row));
      }
      const pressed = String(reading?.id === answer.id);
      if (!button || button.getAttribute("aria-pressed") === pressed) continue;
      button.setAttribute("aria-pressed", pressed);
      one("path", button).setAttribute("d", pressed === "true" ? STOP : SPEAKER);
    }
  }

  // Screen readers, too, are to read quotes in the language of the blog.
  function nameLanguages() {
    for (const answer of all('.fn-answer[class*="fn-quotes-"]')) {
      const blogs = /\bfn-quotes-([a-z]{2,3})\b/.exec(answer.className)?.[1];
      for (const marker of blogs && blogs !== ours ? all(".fn-ref", answer) : []) {
        const block = marker.closest(`table, ${BLOCKS}`);
        if (block && block.lang !== blogs) block.lang = blogs;
      }
    }
  }

  settled(() => {
    nameLanguages();
    if (reading && isOver()) speech.silence();
    else if (reading) {
      const sentence = speakable(answerOf(reading.id))[reading.at];
      sentence?.text === reading.sentences[reading.at] ? mark(sentence) : speech.silence();
    }
    dress();
  });
})();
