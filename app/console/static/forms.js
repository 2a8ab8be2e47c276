"use strict";

// What is filled in is sent once, and not lost before.

// A form leaves once, however often its button is pressed; after a while it may leave again, if no page came of it.
const AGAIN_MILLISECONDS = 5000;
const left = new WeakSet();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (left.has(form)) event.preventDefault();
  left.add(form);
  setTimeout(() => left.delete(form), AGAIN_MILLISECONDS);
});

// What is being typed outlives whatever happens to the page: another step, an ended session, a server that is away. It is kept
// in this tab only, under the operator who types, and goes when it is sent, or with whoever signs out.

const DRAFT = "draft:";
// Putting an earlier reply right is a draft of its own, which goes on where it was instead of at what the server has of it.
const again = new URLSearchParams(location.search).get("again");
const keyOf = (field) => DRAFT + field.dataset.draft + (again ? `.${again}` : "");

function keepDraft(field) {
  if (field.value.trim()) sessionStorage.setItem(keyOf(field), field.value);
  else sessionStorage.removeItem(keyOf(field));
}

function bringDraftBack(field) {
  const kept = sessionStorage.getItem(keyOf(field));
  if (!kept) return;
  const plain = (text) => text.replace(/\s+/g, " ").trim();
  if ([...document.querySelectorAll("[data-said]")].some((one) => plain(one.textContent) === plain(kept))) {
    sessionStorage.removeItem(keyOf(field));
  } else if (!field.value || (again && field.value !== kept)) {
    field.value = kept;
    document.getElementById("ready-note")?.replaceChildren("Здесь то, что вы печатали и не отправили.");
    if (field.matches("[data-worth]")) tellWorth(field);
  }
}

const drafts = [...document.querySelectorAll("[data-draft]")];
for (const field of drafts) {
  bringDraftBack(field);
  field.addEventListener("input", () => keepDraft(field));
}
document.querySelector("form[action='/logout']")?.addEventListener("submit", () => {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(DRAFT)) sessionStorage.removeItem(key);
});
