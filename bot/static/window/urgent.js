// An urgent message: the emergency number of the reader's region, by the clock's time zone. On a narrow window the
// rest is folded, and the instruction names that number alone; on a wide one all of it is open.
(() => {
  "use strict";
  const { one, all, say, settled } = window.footnote;
  // National emergency or ambulance numbers. Elsewhere 112, which mobile networks connect nearly everywhere.
  const NUMBERS = [
    ["999", /^Europe\/(London|Belfast|Jersey|Guernsey|Isle_of_Man|Gibraltar)$|^GB|^Asia\/(Hong_Kong|Kuala_Lumpur|Dhaka)$/],
    ["000", /^Australia\//],
    ["111", /^(Pacific\/(Auckland|Chatham)|NZ)/],
    ["192", /^Brazil\/|^America\/(Sao_Paulo|Bahia|Fortaleza|Recife|Belem|Manaus|Cuiaba|Campo_Grande|Porto_Velho|Rio_Branco|Maceio|Araguaina|Santarem|Boa_Vista|Eirunepe|Noronha)$/],
    ["123", /^America\/Bogota$/],
    ["131", /^(Chile\/|America\/(Santiago|Punta_Arenas|Coyhaique)$|Pacific\/Easter$)/],
    ["119", /^Asia\/(Tokyo|Seoul|Taipei)$/],
    ["995", /^Asia\/Singapore$/],
    ["911", /^(America|US|Canada|Mexico)\/|^Pacific\/(Honolulu|Guam)$|^Asia\/Manila$/],
  ];
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  const emergency = NUMBERS.find(([, zones]) => zones.test(zone))?.[0] ?? "112";
  const nurse = /^(Europe\/(London|Belfast)|GB)/.test(zone) ? "111" : emergency; // NHS 111
  const wide = () => matchMedia("(min-width: 60rem)").matches;

  settled(() => {
    for (const box of all(".fn-urgent")) {
      const call = one(".fn-by-region", box);
      const number = call?.matches(".fn-nurse") ? nurse : emergency;
      if (call && say("call_number") && call.getAttribute("href") !== `tel:${number}`) {
        call.href = `tel:${number}`;
        call.textContent = say("call_number", { n: number });
      }
      const more = one(".fn-more", box);
      if (more && !more.dataset.drawn) {
        more.dataset.drawn = "1";
        more.open = wide();
      }
      const numbers = one(".fn-numbers", box);
      if (call && numbers && !wide() && numbers.textContent !== emergency) numbers.textContent = emergency;
    }
  });
})();
