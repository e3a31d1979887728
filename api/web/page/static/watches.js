// Watches questions, stops it, and marks what changed since this browser last looked. The page shows the same
// questions and changes without this file.
"use strict";

// --- watching: sent to the routes for programs (writing.js) -----------------------------------------------

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = new FormData(form);
  const watch = { question: typed.get("q"), time: !typed.has("no_time") };
  for (const name of ["after", "before", "as_of"]) {
    if (typed.get(name).trim()) watch[name] = typed.get(name).trim();
  }
  const outlets = typed.getAll("source").map((name) => name.trim()).filter(Boolean);
  if (outlets.length) watch.source = outlets;
  const text = await write("POST", form.dataset.to, JSON.stringify(watch));
  if (text === null) return;
  const { id, answer } = JSON.parse(text);
  await showWatched();
  say(`This is watch ${id}. ${answer ? `It is answered with “${answer.text}” now.` : "It has no answer yet."}`);
  field("q").value = "";
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-remove]");
  if (!button || !confirm(`Stop watching “${button.dataset.asks}”? What changed is forgotten, too.`)) return;
  const { remove } = button.dataset;
  if ((await write("DELETE", `${form.dataset.to}/${remove}`)) === null) return;
  await showWatched();
  say(`Watch ${remove} is removed.`);
  document.querySelector("#questions").focus();
});

// Takes the questions and the changes from the page as it is now; what was typed, the key too, stays.
async function showWatched() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["#changed", "#watched"]) {
    document.querySelector(id).replaceWith(document.adoptNode(page.querySelector(id)));
  }
  showButtons();
  markNew();
}

function showButtons() {
  for (const button of document.querySelectorAll("[data-remove]")) button.hidden = false;
}

showButtons();

// --- what is new --------------------------------------------------------------------------------------------

// of the path that the server is below (page.js), where another archive has the same name
const key = `nutgraf:${archive}:seen:${document.querySelector("#news").dataset.archive}`;

function lastSeen() {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0; // the browser keeps nothing for this page
  }
}

const seen = lastSeen();

function markNew() {
  const fresh = [...document.querySelectorAll("[data-change]")].filter((change) => Number(change.dataset.change) > seen);
  for (const change of fresh) change.querySelector(".new").hidden = false;
  if (fresh.length) document.querySelector("#changes").textContent += ` (${fresh.length} new since you last looked)`;
  return fresh;
}

const fresh = markNew();
document.querySelector("#said").textContent = `${fresh.length} new since you last looked`;
if (fresh.length) {
  try {
    localStorage.setItem(key, Math.max(...fresh.map((change) => Number(change.dataset.change))));
  } catch {
    // nothing is kept: all of it is new the next time, too
  }
}
