"use strict";

// A ready text lands in the field, where it is read before it leaves; what a text would be worth is told while it is typed.

const WORTH_MILLISECONDS = 500;

const parsed = (text) => new DOMParser().parseFromString(text, "text/html").body;

function tellSessionEnded() {
  const link = document.createElement("a");
  link.href = `/login?next=${encodeURIComponent(location.pathname.replace(/^(\/incidents\/\d+)\/.*/, "$1") + location.search)}`;
  link.textContent = "Войдите снова";
  document.getElementById("worth").replaceChildren("Вы больше не в системе. ", link, ": напечатанное не пропадёт.");
}

async function insertReady(form) {
  const field = document.querySelector("[data-reply]");
  const title = form.elements.ready.value;
  let part;
  try {
    const answer = await fetch(`${form.dataset.ready}?title=${encodeURIComponent(title)}`, { cache: "no-store", headers: BY_ITSELF });
    if (answer.status === 401) {
      tellSessionEnded();
      return;
    }
    part = parsed(await answer.text());
  } catch {
    say("Нет связи с сервером: текст не вставлен.");
    return;
  }
  document.getElementById("ready-note").replaceChildren(...(part.querySelector("[data-note]")?.childNodes ?? []));
  const text = part.querySelector("[data-text]")?.textContent;
  if (text === undefined) return;
  const before = field.value.slice(0, field.selectionStart).trimEnd();
  const from = before ? before.length + 1 : 0;
  field.value = (before ? `${before}\n` : "") + text + field.value.slice(field.selectionEnd);
  form.elements.ready.value = "";
  field.focus();
  const gap = text.match(/\{(имя|тема|ведомство|срок)\}/);
  const end = from + text.length;
  if (gap) field.setSelectionRange(from + gap.index, from + gap.index + gap[0].length);
  else field.setSelectionRange(end, end);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

let worthTimer;
function tellWorth(field) {
  clearTimeout(worthTimer);
  worthTimer = setTimeout(async () => {
    const said = field.value;
    const data = new URLSearchParams({ text: said, csrf_token: field.form.elements.csrf_token.value });
    try {
      const answer = await fetch(field.dataset.worth, { method: "POST", body: data, headers: BY_ITSELF, cache: "no-store" });
      if (answer.status === 401) tellSessionEnded();
      if (!answer.ok || field.value !== said) return;
      document.getElementById("worth").replaceChildren(...parsed(await answer.text()).childNodes);
    } catch {
      document.getElementById("worth").replaceChildren();
    }
  }, WORTH_MILLISECONDS);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-worth]")) tellWorth(event.target);
  // A title that is chosen from the list comes in one piece.
  const form = event.target.closest("[data-ready]");
  if (form && event.inputType !== "insertText" && [...event.target.list.options].some((one) => one.value === event.target.value)) insertReady(form);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-ready]")) return;
  event.preventDefault();
  insertReady(event.target);
});

// The reply leaves by the keyboard, too.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-reply]")) event.target.form.requestSubmit();
});
