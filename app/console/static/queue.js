"use strict";

// The list of the queue: it renews itself, is worked through from its lines, and keeps marks.

// The queue renews itself: the line in focus keeps the focus and its place on the screen.

const queue = document.getElementById("queue");
let tag = null;
let asking = null;
let isLeaving = false;

function whereWeAre() {
  const row = currentRow();
  const anchor = row ?? rows().find((one) => one.getBoundingClientRect().bottom > 0) ?? null;
  const part = ["[data-take] button", "[data-mark]"].find((one) => row && document.activeElement.matches(one)) ?? "[data-open]";
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
    if (error.name !== "AbortError") tellStale("Нет связи с сервером.");
    return;
  }
  if (answer.status >= 500) tellStale("Сервер не может прочитать список.");
  else if (staleSince) tellFresh();
  if (answer.status === 401 && !isLeaving) {
    isLeaving = true;
    location.reload();
  } else if (answer.ok && !isBusy()) {
    tag = answer.headers.get("ETag");
    const place = whereWeAre();
    const kept = marked().map(rowOf);
    const known = new Set(rows().map((row) => row.id));
    queue.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    markAgain(kept);
    tellNew(known);
    goBack(place);
  }
}

// A list that cannot be renewed says so for as long as that lasts.
let staleSince = null;

function tellStale(words) {
  staleSince ??= new Date().toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
  say(`${words} Список стоит с ${staleSince}.`, true);
}

function tellFresh() {
  staleSince = null;
  say("", true);
  say("Связь есть, список снова обновляется.");
}

// Whoever is choosing or has marked a text is not disturbed.
function isBusy() {
  const selection = window.getSelection();
  return !selection.isCollapsed && Boolean(queue?.contains(selection.anchorNode));
}

// Sends a form beside the page; what the server refuses is said in its own words. When the session has ended, the sign-in page says
// that nothing was done, and leads back to the line.
async function send(address, data, done) {
  const answer = await fetch(address, { method: "POST", body: data, headers: BESIDE, redirect: "manual" });
  if (answer.status === 401) {
    isLeaving = true;
    const line = `#incident-${address.match(/\/incidents\/(\d+)/)[1]}`;
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search + line)}&undone=1`);
    return null;
  }
  if (answer.type === "opaqueredirect") return done;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return (page.querySelector("[role=alert]") ?? page.querySelector("h1"))?.textContent.trim() ?? "Не получилось.";
}

const TAKEN = "Взято в работу.";
let undoable = null;

async function take(form) {
  const button = form.querySelector("button");
  if (button.disabled) return;
  const hadFocus = form.contains(document.activeElement);
  const row = form.closest("[data-row]");
  const data = new URLSearchParams(new FormData(form));
  button.disabled = true;
  if (hadFocus) focusRow(row);
  let words;
  try {
    words = await send(form.action, data, TAKEN);
  } catch {
    button.disabled = false;
    say("Нет связи с сервером: обращение не взято.");
    return;
  }
  if (isLeaving) return;
  if (words === TAKEN) {
    data.set("version", Number(data.get("version")) + 1);
    undoable = { address: form.action.replace(/take$/, "undo"), data };
  }
  await refresh();
  if (!isLeaving) say(words);
}

async function undo() {
  const form = document.querySelector("[data-undo]");
  if (form) form.requestSubmit();
  if (form || !undoable) return;
  const { address, data } = undoable;
  undoable = null;
  let words;
  try {
    words = await send(address, data, "Отменено.");
  } catch {
    say("Нет связи с сервером: ничего не отменено.");
    return;
  }
  if (isLeaving) return;
  await refresh();
  if (!isLeaving) say(words);
}

// What was not in the list before is told apart until the page is opened anew.

const KEPT = "queue";
const fresh = new Set();

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function keepShown() {
  sessionStorage.setItem(KEPT, JSON.stringify({ source: queue.dataset.source, ids: rows().map((row) => row.id) }));
}

function showFresh() {
  for (const row of rows()) row.classList.toggle("fresh", fresh.has(row.id));
}

function tellNew(known) {
  const come = rows().filter((row) => !known.has(row.id));
  for (const row of come) fresh.add(row.id);
  if (come.length) say(`Новых в списке: ${come.length}.`);
  if (document.hidden && fresh.size) document.title = `(${fresh.size}) Очередь · Отклик`;
  showFresh();
  keepShown();
}

// Where somebody was when they left the list: the line that the address names, or what stands in its place now.
function arrive() {
  const { source, ids = [] } = recall();
  const isSame = source === queue.dataset.source;
  if (isSame) for (const row of rows()) if (!ids.includes(row.id)) fresh.add(row.id);
  showFresh();
  keepShown();
  const left = location.hash.slice(1);
  if (!left.startsWith("incident-") || document.getElementById(left)) return;
  const behind = isSame ? ids.slice(ids.indexOf(left) + 1).map((id) => document.getElementById(id)).find(Boolean) : null;
  const row = behind ?? rows()[Math.max(0, Math.min(ids.indexOf(left), rows().length - 1))];
  focusRow(row);
  row?.scrollIntoView({ block: "nearest" });
}

// Marked lines are those with which the next step is taken. The marks outlive the renewal of the list.

const bar = document.querySelector("[data-many]");
const marks = () => [...document.querySelectorAll("#queue [data-mark]")];
const marked = () => marks().filter((one) => one.checked);
const rowOf = (box) => box.closest("[data-row]").id;
let lastMarked = null;

function showMarks() {
  if (!bar) return;
  const count = marked().length;
  bar.hidden = !count;
  bar.querySelector("[data-many-count]").textContent = count ? `Отмечено: ${count}` : "";
  const all = document.querySelector("[data-mark-all]");
  if (!all) return;
  all.hidden = !marks().length;
  all.checked = count > 0 && count === marks().length;
  all.indeterminate = count > 0 && !all.checked;
}

function markAgain(kept) {
  for (const id of kept) {
    const box = document.getElementById(id)?.querySelector("[data-mark]");
    if (box) box.checked = true;
  }
  const gone = kept.length - marked().length;
  if (gone) say(`Ушли из списка: ${gone} из отмеченных.`);
  showMarks();
}

function mark(box, isRange) {
  const all = marks();
  const from = isRange ? all.findIndex((one) => rowOf(one) === lastMarked) : -1;
  const to = all.indexOf(box);
  if (from >= 0) for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
  lastMarked = rowOf(box);
  showMarks();
}

function toggleMark(isRange) {
  if (bar && !currentRow()) move(1);
  const box = currentRow()?.querySelector("[data-mark]");
  if (!bar || !box) return;
  box.checked = isRange || !box.checked;
  mark(box, isRange);
}

function clearMarks() {
  for (const one of marked()) one.checked = false;
  showMarks();
}

// A step with all that is marked, or with the line in focus when nothing is.
function stepWithMarked(key) {
  const button = bar?.querySelector(`[data-many-step=${key}]`);
  if (!button) return;
  if (!marked().length) toggleMark(false);
  if (marked().length) button.click();
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

document.addEventListener("submit", (event) => {
  if (queue && event.target.matches("[data-take]")) {
    event.preventDefault();
    take(event.target);
  }
});

queue?.addEventListener("click", (event) => {
  if (event.target.matches("[data-mark]")) mark(event.target, event.shiftKey);
  if (event.target.matches("[data-mark-all]")) {
    for (const one of marks()) one.checked = event.target.checked;
    showMarks();
  }
});
bar?.querySelector("[data-many-clear]").addEventListener("click", clearMarks);

if (queue) {
  keepFresh();
  window.addEventListener("load", () => requestAnimationFrame(arrive));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) document.title = "Очередь · Отклик"; });
}
if (bar) {
  bar.querySelector("[data-many-clear]").hidden = false;
  showMarks(); // a browser that goes back keeps what was marked
  window.addEventListener("pageshow", showMarks);
}
