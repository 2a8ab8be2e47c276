"use strict";

// Every page works without this file. It spares operators the mouse and the reloading.

const REFRESH_MILLISECONDS = 15000;
const NOTICE_MILLISECONDS = 6000;
const BY_ITSELF = { "X-Otklik-Refresh": "1" };

const say = (() => {
  let timer;
  return (words) => {
    const live = document.getElementById("live");
    live.textContent = words;
    clearTimeout(timer);
    timer = setTimeout(() => { live.textContent = ""; }, NOTICE_MILLISECONDS);
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

// The queue renews itself: the line in focus keeps the focus and its place on the screen.

const queue = document.getElementById("queue");
let tag = null;
let asking = null;
let isLeaving = false;

function whereWeAre() {
  const row = currentRow();
  const anchor = row ?? rows().find((one) => one.getBoundingClientRect().bottom > 0) ?? null;
  const part = row && document.activeElement.closest("[data-take]") ? "button" : "[data-open]";
  const left = queue.querySelector(".tabs").scrollLeft;
  return { row, part, index: rows().indexOf(row), anchorId: anchor?.id, top: anchor?.getBoundingClientRect().top, left };
}

function goBack(place) {
  queue.querySelector(".tabs").scrollLeft = place.left;
  if (place.row) {
    const same = document.getElementById(place.row.id);
    const row = same ?? rows()[Math.min(place.index, rows().length - 1)];
    (row?.querySelector(place.part) ?? row?.querySelector("[data-open]"))?.focus({ preventScroll: true });
  }
  const anchor = place.anchorId && document.getElementById(place.anchorId);
  if (anchor && window.scrollY > 0) window.scrollBy(0, anchor.getBoundingClientRect().top - place.top);
}

async function refresh() {
  asking?.abort();
  asking = new AbortController();
  const headers = tag ? { ...BY_ITSELF, "If-None-Match": tag } : BY_ITSELF;
  let answer;
  let text;
  try {
    answer = await fetch(queue.dataset.source, { headers, cache: "no-store", signal: asking.signal });
    text = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") say("Нет связи с сервером: список может устареть.");
    return;
  }
  if (answer.status === 401) {
    isLeaving = true;
    location.reload();
  } else if (answer.ok && !isBusy()) {
    tag = answer.headers.get("ETag");
    const place = whereWeAre();
    queue.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    goBack(place);
  }
}

// Whoever is choosing or has marked a text is not disturbed.
function isBusy() {
  const selection = window.getSelection();
  return !selection.isCollapsed && Boolean(queue?.contains(selection.anchorNode));
}

async function take(form) {
  const button = form.querySelector("button");
  if (button.disabled) return;
  const hadFocus = form.contains(document.activeElement);
  const row = form.closest("[data-row]");
  const data = new URLSearchParams(new FormData(form));
  button.disabled = true;
  if (hadFocus) focusRow(row);
  let words = "Взято в работу.";
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
    if (answer.type !== "opaqueredirect") {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      words = (page.querySelector("[role=alert]") ?? page.querySelector("h1"))?.textContent.trim() ?? "Не получилось.";
    }
  } catch {
    button.disabled = false;
    say("Нет связи с сервером: обращение не взято.");
    return;
  }
  await refresh();
  if (!isLeaving) say(words);
}

function keepFresh() {
  let timer;
  const next = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (!document.hidden) await refresh();
      next();
    }, REFRESH_MILLISECONDS);
  };
  document.addEventListener("visibilitychange", async () => {
    if (!document.hidden) await refresh();
    next();
  });
  next();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => currentRow()?.querySelector("[data-open]")?.click(),
  t: () => (currentRow() ?? (queue ? null : document))?.querySelector("[data-take]")?.requestSubmit(),
  r: () => document.querySelector("[data-reject]")?.focus(),
  u: () => document.querySelector("[data-back]")?.click(),
  s: () => currentRow()?.querySelector("[data-urgent]")?.click(),
  1: () => choose(1),
  2: () => choose(2),
  3: () => choose(3),
  4: () => choose(4),
  5: () => choose(5),
  "/": () => document.querySelector("[data-search]")?.select(),
};
// The same keys under the Russian layout.
const RUSSIAN = { о: "j", л: "k", щ: "o", е: "t", к: "r", г: "u", ы: "s", ".": "/" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && document.activeElement?.matches("input, select")) {
    document.activeElement.blur();
    return;
  }
  if (event.target.closest("input, select, textarea")) return;
  const name = event.key.toLowerCase();
  const act = KEYS[name] ?? KEYS[RUSSIAN[name]];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("submit", (event) => {
  if (queue && event.target.matches("[data-take]")) {
    event.preventDefault();
    take(event.target);
  }
});

// A line opens wherever it is clicked; its link alone does not reach under the moments, which explain themselves on hover.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, form") && !isBusy()) row.querySelector("[data-open]")?.click();
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

for (const tabs of document.querySelectorAll(".tabs")) {
  const chosen = tabs.querySelector("[aria-current]");
  if (chosen) tabs.scrollLeft = chosen.offsetLeft - tabs.offsetLeft - tabs.clientWidth / 3;
}
const alerted = document.querySelector("[data-alert]");
if (alerted) alerted.focus();
// A line that the address names is where the keys go on; only now, since going to a fragment takes the focus away.
else window.addEventListener("load", () => requestAnimationFrame(() => focusRow(document.querySelector("[data-row]:target"))));
if (queue) keepFresh();
