// Timers and ticks in the step cards of a how-to: a timer for a hold time, ticks for repetitions. The server
// renders an empty element whose classes carry the numbers. The reader's progress is stored here, by step,
// because Gradio redraws the conversation.
(() => {
  "use strict";
  const { one, all, say, make, announce, settled, speech } = window.footnote;
  const timers = new Map(); // key of a step -> { least, most, side, sides: [{ run: ms before `since`, since, signalled }] }
  const ticks = new Map(); // key of a step -> Set of ticks that are done
  let sound = false;
  let spoken = false; // the timer's state is spoken, too
  let beat = 0;
  let audio = null;
  let awake = null;

  const number = (element, name) => Number(new RegExp(`\\bfn-${name}-(\\d+)`).exec(element.className)?.[1] ?? 1);
  // The text is part of the key: after a clear, another step may have the same id.
  const keyOf = (element) => {
    const step = element.closest(".fn-step");
    return `${step.id} ${one(".fn-step-text", step).textContent}`;
  };
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const elapsed = (side) => (side.run + (side.since ? Date.now() - side.since : 0)) / 1000; // seconds
  const length = (timer) =>
    timer.least === timer.most ? say("timer_one", { n: timer.most }) : say("timer_range", { n: timer.least, most: timer.most });

  // --- timers

  // One timer for each side; `side` is the index of the one that is shown.
  const newSide = () => ({ run: 0, since: 0, signalled: 0 });
  const current = (timer) => timer.sides[timer.side];
  const isDone = (timer, side) => elapsed(side) >= timer.most;
  const sides = () => [...timers.values()].flatMap((timer) => timer.sides);

  function drawTimer(place) {
    const key = keyOf(place);
    if (!timers.has(key)) {
      timers.set(key, {
        least: number(place, "from"),
        most: number(place, "to"),
        sides: Array.from({ length: number(place, "sides") }, newSide),
        side: 0,
      });
    }
    const timer = timers.get(key);
    const button = (kind) => make("button", { type: "button", class: `fn-timer-${kind}` });
    const bar = make("span", { class: "fn-bar", "aria-hidden": "true" }, make("span", { class: "fn-fill" }));
    if (timer.least < timer.most) {
      const notch = make("span", { class: "fn-notch" });
      notch.style.insetInlineStart = `${(100 * timer.least) / timer.most}%`;
      bar.append(notch);
    }
    const choices = timer.sides.length > 1 ? timer.sides.map((_, n) => {
      const choice = button("side");
      choice.value = n;
      return choice;
    }) : [];
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `${say("timer")}: ${length(timer)}`);
    place.replaceChildren(
      ...(choices.length ? [make("span", { class: "fn-timer-sides" }, ...choices)] : []),
      make("span", { class: "fn-digits", role: "timer", "aria-live": "off" }),
      make("span", { class: "fn-length" }),
      bar,
      make("span", { class: "fn-timer-buttons" }, button("go"), button("reset"), make("span", { class: "fn-timer-toggles" }, button("sound"), button("voice"))),
    );
    show(place, timer);
  }

  function show(place, timer) {
    const side = current(timer);
    const at = elapsed(side);
    const reached = at >= timer.least && timer.least < timer.most;
    const done = at >= timer.most;
    const left = Math.max(0, Math.ceil((at < timer.least ? timer.least : timer.most) - at));
    const put = (element, text) => {
      if (element.textContent !== text) element.textContent = text; // an unconditional write would cause endless redraws
    };
    const set = (element, name, value) => element.getAttribute(name) !== value && element.setAttribute(name, value);
    all(".fn-timer-side", place).forEach((choice, n) => {
      put(choice, `${say("side", { n: n + 1 })}${elapsed(timer.sides[n]) >= timer.least ? " ✓" : ""}`);
      set(choice, "aria-pressed", String(n === timer.side));
    });
    put(one(".fn-digits", place), clock(left));
    const key = done ? "timer_done" : reached ? "timer_reached" : "";
    const text = key ? say(key, { n: done ? timer.most : timer.least, most: timer.most }) : length(timer);
    put(one(".fn-length", place), text);
    one(".fn-fill", place).style.inlineSize = `${Math.min(100, (100 * at) / timer.most)}%`;
    put(one(".fn-timer-go", place), say(side.since ? "timer_pause" : at > 0 && !done ? "timer_go_on" : "timer_start"));
    put(one(".fn-timer-reset", place), say("timer_reset"));
    one(".fn-timer-reset", place).disabled = at === 0;
    put(one(".fn-timer-sound", place), say("timer_sound"));
    set(one(".fn-timer-sound", place), "aria-pressed", String(sound));
    const voice = one(".fn-timer-voice", place);
    put(voice, say("timer_voice"));
    set(voice, "aria-pressed", String(spoken));
    if (voice.hidden !== !canSpeak()) voice.hidden = !canSpeak();
    place.classList.toggle("fn-running", !!side.since);
    place.classList.toggle("fn-reached", reached || done);
    place.classList.toggle("fn-over", done);
  }

  function showAll() {
    all(".fn-hold").forEach((place) => {
      const timer = timers.get(keyOf(place));
      if (timer && place.firstChild) show(place, timer);
    });
  }

  // Elapsed time comes from the clock, not from a count of intervals: a background tab gets few of those.
  function tick() {
    for (const timer of timers.values()) {
      const side = current(timer);
      if (!side.since) continue;
      const at = elapsed(side);
      const past = at >= timer.most ? 2 : at >= timer.least && timer.least < timer.most ? 1 : 0;
      if (past > side.signalled) {
        side.signalled = past;
        signal(past === 2);
        if (past === 1) report(say("timer_reached", { n: timer.least, most: timer.most }));
      }
      if (past === 2) finish(timer);
      else countDown(timer, side, at);
    }
    showAll();
    if (!sides().some((side) => side.since)) stopBeat();
  }

  // The next side is shown, and waits to be started.
  function finish(timer) {
    stop(current(timer), timer.most * 1000);
    const next = timer.sides.findIndex((side) => !isDone(timer, side));
    const done = say("timer_done", { n: timer.most });
    if (next >= 0) timer.side = next;
    report(next >= 0 ? `${done} ${say("side", { n: next + 1 })}.` : done);
  }

  // --- speech, if the reader has asked for it

  const ours = document.documentElement.dataset.lang ?? "en";
  const canSpeak = () => !!speech.voiceOf(ours);

  function report(text) {
    announce(text);
    if (spoken) speech.speak(text, ours);
  }

  // Every ten seconds those that are left, unless an answer is being read.
  function countDown(timer, side, at) {
    const left = Math.ceil((at < timer.least ? timer.least : timer.most) - at);
    if (!spoken || left === side.left || left % 10 || at < 1) return;
    side.left = left;
    if (!speech.isSpeaking()) speech.speak(String(left), ours);
  }

  function stop(side, run) {
    side.run = run ?? elapsed(side) * 1000;
    side.since = 0;
  }

  function go(timer) {
    const side = current(timer);
    if (side.since) {
      stop(side);
      stopBeat();
      return;
    }
    sides().forEach((other) => other.since && stop(other)); // one timer at a time
    if (isDone(timer, side)) Object.assign(side, newSide());
    side.since = Date.now();
    if (spoken) speech.silence(); // an answer that is being read would talk over it
    report(say("timer_started"));
    clearInterval(beat);
    beat = setInterval(tick, 200);
    // Keeps a phone's screen on while a timer runs. A browser may refuse.
    navigator.wakeLock?.request("screen").then((lock) => (beat ? (awake = lock) : lock.release())).catch(() => {});
  }

  function choose(timer, side) {
    if (side === timer.side) return;
    if (current(timer).since) {
      stop(current(timer));
      stopBeat();
    }
    timer.side = side;
  }

  function stopBeat() {
    clearInterval(beat);
    beat = 0;
    awake?.release().catch(() => {});
    awake = null;
  }

  function signal(done) {
    navigator.vibrate?.(done ? [200, 100, 200] : 120);
    if (!sound || !audio) return;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const now = audio.currentTime;
    tone.frequency.value = done ? 660 : 520;
    volume.gain.setValueAtTime(0.0001, now);
    volume.gain.exponentialRampToValueAtTime(0.15, now + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.0001, now + 0.6);
    tone.connect(volume).connect(audio.destination);
    tone.start(now);
    tone.stop(now + 0.65);
  }

  document.addEventListener("visibilitychange", () => document.hidden || tick());
  document.addEventListener("click", (event) => {
    const place = event.target.closest?.(".fn-hold");
    const button = event.target.closest?.("button");
    if (!place || !button) return;
    const timer = timers.get(keyOf(place));
    if (button.matches(".fn-timer-go")) go(timer);
    else if (button.matches(".fn-timer-side")) choose(timer, Number(button.value));
    else if (button.matches(".fn-timer-reset")) Object.assign(current(timer), newSide());
    else if (button.matches(".fn-timer-sound")) {
      sound = !sound;
      if (sound) audio ??= new AudioContext(); // browsers allow it during a press only
    } else if (button.matches(".fn-timer-voice")) {
      spoken = !spoken;
      spoken ? speech.speak(length(timer), ours) : speech.silence(); // some browsers speak later only if they spoke at a press
    }
    showAll();
    if (button.disabled) one(".fn-timer-go", place).focus(); // a disabled button would swallow the focus
  });

  // --- repetitions

  function drawTicks(place) {
    const key = keyOf(place);
    const done = ticks.get(key) ?? ticks.set(key, new Set()).get(key);
    const [least, most, rows] = ["from", "to", "rows"].map((name) => number(place, name));
    const row = /\bfn-per-(side|set)\b/.exec(place.className)?.[1];
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", say("repetitions"));
    const drawn = Array.from({ length: rows }, (_, r) => {
      const named = row === "side" ? say("side", { n: r + 1 }) : row === "set" ? say("set", { n: r + 1 }) : "";
      const buttons = Array.from({ length: most }, (_, n) => {
        const label = [say("repetition", { n: n + 1, most }), named].filter(Boolean).join(", ");
        const button = make("button", { type: "button", class: "fn-tick", "aria-label": label, "aria-pressed": String(done.has(`${r}.${n}`)) });
        button.classList.toggle("fn-optional", n >= least);
        button.append(make("span", {}, String(n + 1)));
        button.value = `${r}.${n}`;
        return button;
      });
      return make("span", { class: "fn-row" }, ...(named ? [make("span", { class: "fn-row-name" }, named)] : []), ...buttons);
    });
    place.replaceChildren(...drawn);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".fn-tick");
    if (!button) return;
    const done = ticks.get(keyOf(button));
    done.has(button.value) ? done.delete(button.value) : done.add(button.value);
    button.setAttribute("aria-pressed", String(done.has(button.value)));
  });

  settled(() => {
    all(".fn-hold:empty").forEach(drawTimer);
    all(".fn-reps:empty").forEach(drawTicks);
    if (one(".fn-question")) return;
    // An empty window: the next conversation starts with no progress.
    timers.clear();
    ticks.clear();
    if (beat) stopBeat();
  });
})();
