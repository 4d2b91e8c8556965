// Speech with the browser's own voices, for answers and timers. Only voices that run on the reader's device are
// used: the network's voices would send the text away. Without one, nothing here is offered.
(() => {
  "use strict";
  const root = document.documentElement;
  const synthesis = window.speechSynthesis;
  const languageOf = (tag) => tag.split(/[-_]/)[0].toLowerCase();
  let voices = [];
  let held = new Set(); // utterances in the browser's queue: without a reference some browsers forget them

  function load() {
    voices = synthesis.getVoices().filter((voice) => voice.localService);
    root.classList.toggle("fn-speaks", voices.length > 0); // the observer of the window then redraws
  }
  if (synthesis) {
    load();
    synthesis.addEventListener?.("voiceschanged", load); // most browsers know their voices only after a while
  }

  // The reader's own region first ("en-IN"), then the device's default.
  function voiceOf(language) {
    const fitting = voices.filter((voice) => languageOf(voice.lang) === languageOf(language));
    const rank = (voice) => {
      const place = navigator.languages.indexOf(voice.lang.replace("_", "-"));
      return (place < 0 ? 100 : place) - (voice.default ? 0.5 : 0);
    };
    return fitting.sort((a, b) => rank(a) - rank(b))[0];
  }

  // Speaks after what is being spoken. `ended` is called with true, or with false if it could not be spoken.
  function speak(text, language, ended = () => {}) {
    const voice = voiceOf(language);
    if (!voice) return ended(false);
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    const finish = (well) => held.delete(utterance) && ended(well);
    utterance.onend = () => finish(true);
    utterance.onerror = () => finish(false);
    held.add(utterance);
    synthesis.speak(utterance);
  }

  const whenSilenced = []; // handlers
  function silence() {
    held = new Set(); // what the browser reports of these no longer counts
    synthesis?.cancel();
    whenSilenced.forEach((does) => does());
  }
  const isSpeaking = () => held.size > 0;

  addEventListener("pagehide", silence); // some browsers would go on speaking
  window.footnote.speech = { voiceOf, speak, silence, isSpeaking, whenSilenced };
})();
