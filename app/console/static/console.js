"use strict";

// Every page works without this file. It spares operators the mouse and the reloading.

const REFRESH_MILLISECONDS = 15000;
const NOTICE_MILLISECONDS = 6000;
const BY_ITSELF = { "X-Otklik-Refresh": "1" };
const BESIDE = { "X-Otklik-Beside": "1" };

// What lasts is said again when a passing notice is over.
const say = (() => {
  let timer;
  let lasting = "";
  const show = (words) => {
    const live = document.getElementById("live");
    if (live.textContent !== words) live.textContent = words;
  };
  return (words, isLasting = false) => {
    if (isLasting) lasting = words;
    else clearTimeout(timer);
    show(words || lasting);
    if (!isLasting) timer = setTimeout(() => show(lasting), NOTICE_MILLISECONDS);
  };
})();

const rows = () => [...document.querySelectorAll("[data-row]")];
const currentRow = () => document.activeElement?.closest("[data-row]") ?? null;
const focusRow = (row) => row?.querySelector("[data-open], [data-choices] button")?.focus();
const choose = (number) => currentRow()?.querySelectorAll("[data-choices] button")[number - 1]?.click();

function move(step) {
  const all = rows();
  if (!all.length) return;
  const index = all.indexOf(currentRow());
  const target = all[index < 0 ? 0 : Math.min(Math.max(index + step, 0), all.length - 1)];
  focusRow(target);
  target.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => currentRow()?.querySelector("[data-open]")?.click(),
  t: () => (bar && marked().length ? stepWithMarked("t") : (currentRow() ?? (queue ? null : document))?.querySelector("[data-take]")?.requestSubmit()),
  r: () => (queue ? stepWithMarked("r") : document.querySelector("[data-reject]")?.focus()),
  a: () => (queue ? stepWithMarked("a") : document.querySelector("[data-assign]")?.focus()),
  c: () => (queue ? stepWithMarked("c") : document.querySelector("[data-close]")?.focus()),
  w: () => document.querySelector("[data-reply]")?.focus(),
  e: () => document.querySelector("[data-ready] input[list]")?.focus(),
  x: (event) => toggleMark(event.shiftKey),
  z: () => undo(),
  u: () => document.querySelector("[data-back]")?.click(),
  n: () => document.querySelector("[data-next]")?.click(),
  "?": () => document.getElementById("help")?.showModal(),
  s: () => currentRow()?.querySelector("[data-urgent]")?.click(),
  1: () => choose(1),
  2: () => choose(2),
  3: () => choose(3),
  4: () => choose(4),
  5: () => choose(5),
  "/": () => document.querySelector("[data-search]")?.select(),
};
// The same keys under the Russian layout.
const RUSSIAN = { о: "j", л: "k", щ: "o", е: "t", к: "r", г: "u", ы: "s", ф: "a", с: "c", ц: "w", у: "e", т: "n", ч: "x", я: "z", ".": "/", ",": "?" };
const TYPED_IN = "input:not([type=checkbox]), select, textarea";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (document.activeElement?.matches(TYPED_IN)) document.activeElement.blur();
    else clearMarks();
    return;
  }
  if (event.target.closest(TYPED_IN)) return;
  const name = event.key.toLowerCase();
  const act = KEYS[name] ?? KEYS[RUSSIAN[name]];
  if (!act) return;
  event.preventDefault();
  act(event);
});

// A line opens wherever it is clicked; its link alone does not reach under the moments, which explain themselves on hover.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, form, input") && !isBusy()) row.querySelector("[data-open]")?.click();
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-filters]");
  if (form && event.target.matches("select, [type=checkbox]")) form.requestSubmit();
});

// Empty fields need not stand in the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});

for (const tabs of document.querySelectorAll(".tabs, .top nav")) {
  const chosen = tabs.querySelector("[aria-current]");
  if (chosen) tabs.scrollLeft = chosen.offsetLeft - tabs.offsetLeft - tabs.clientWidth / 3;
}
const alerted = document.querySelector("[data-alert]");
if (alerted) alerted.focus();
// A line that the address names is where the keys go on; only now, since going to a fragment takes the focus away.
else window.addEventListener("load", () => requestAnimationFrame(() => focusRow(document.querySelector("[data-row]:target"))));
const help = document.querySelector("[data-help]");
if (help) {
  help.hidden = false;
  help.addEventListener("click", () => KEYS["?"]());
}
