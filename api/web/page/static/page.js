// Comfort only: keys, copying, an article opened in place. The page does all it does without this file.
"use strict";

const box = document.querySelector("#q");
const said = document.querySelector("#said");
const isShown = (element) => element.getClientRects().length > 0;

// --- keys: "/" goes to the question, arrows go from result to result, enter follows the link ------------

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const elsewhere = event.target.closest("input:not(#q), textarea, select, .whole, pre");
  if (elsewhere) return;
  if (event.key === "/" && box && event.target !== box) {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    step(event, event.key === "ArrowDown" ? 1 : -1);
  }
});

function step(event, by) {
  const stops = [...(box ? [box] : []), ...[...document.querySelectorAll("[data-result]")].filter(isShown)];
  if (!stops.length) return;
  const at = stops.indexOf(document.activeElement);
  const to = at < 0 ? (by > 0 ? 1 : -1) : at + by;
  if (to < 0 || to >= stops.length) return; // the page scrolls, as it does without results
  event.preventDefault();
  stops[to].focus();
  if (to > 0) stops[to].scrollIntoView({ block: "nearest" });
}

// --- copying ------------------------------------------------------------------------------------------------

function put(text, control) {
  const label = (control.dataset.label ??= control.textContent);
  const done = () => {
    control.textContent = said.textContent = "Copied";
    setTimeout(() => { control.textContent = label; said.textContent = ""; }, 1500);
  };
  // Browsers keep the clipboard from pages that come neither over TLS nor from this machine.
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => copyOld(text, done));
  else copyOld(text, done);
}

function copyOf(button) {
  const part = button.dataset.copy && document.querySelector(button.dataset.copy);
  put(part ? part.innerText : new URL(button.dataset.link, location.href).href, button);
}

async function copyFetched(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const link = event.currentTarget;
  const answer = await fetch(link.href).catch(() => null);
  if (answer?.ok) put(await answer.text(), link);
  else location.assign(link.href);
}

function copyOld(text, done) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  if (document.execCommand("copy")) done();
  area.remove();
}

// --- an article opened in place -----------------------------------------------------------------------------

async function expand(button) {
  const passage = button.closest(".passage");
  if (passage.ariaBusy === "true") return; // clicked again while the article comes
  let whole = passage.querySelector(".whole");
  if (!whole) {
    passage.ariaBusy = "true";
    whole = await fetched(button.dataset.expand, passage.querySelector("h3").textContent);
    passage.ariaBusy = "false";
    if (!whole) return location.assign(button.dataset.expand);
    passage.append(whole);
  } else {
    whole.hidden = !whole.hidden;
  }
  button.setAttribute("aria-expanded", String(!whole.hidden));
  button.textContent = whole.hidden ? "Show the whole article here" : "Close the article";
  const quote = whole.querySelector("mark");
  if (quote && !whole.hidden) whole.scrollTop = quote.offsetTop - whole.clientHeight / 3;
}

async function fetched(address, title) {
  const answer = await fetch(address).catch(() => null);
  if (!answer || !answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const text = page.querySelector(".text");
  text.querySelector("#quote")?.removeAttribute("id");
  const whole = document.createElement("div");
  whole.className = "whole";
  whole.tabIndex = 0;
  whole.setAttribute("role", "region");
  whole.setAttribute("aria-label", `The whole article: ${title}`);
  whole.append(document.adoptNode(text));
  return whole;
}

// --- a calendar beside each field of a day, which takes words such as "last week", too ------------------------

for (const words of document.querySelectorAll("[data-day]")) {
  const label = words.closest("label");
  const day = document.createElement("div");
  const calendar = document.createElement("input");
  const button = document.createElement("button");
  day.className = "day";
  calendar.type = "date";
  calendar.tabIndex = -1; // the button opens it
  calendar.setAttribute("aria-hidden", "true");
  calendar.addEventListener("change", () => { words.value = calendar.value; });
  button.type = "button";
  button.textContent = "▾";
  button.setAttribute("aria-label", `${label.textContent.trim()}: calendar`);
  button.addEventListener("click", () => {
    if (/^\d{4}-\d{2}-\d{2}$/.test(words.value)) calendar.value = words.value;
    calendar.showPicker();
  });
  label.replaceWith(day);
  day.append(label, calendar, button);
}

// --- what was asked and what is kept: in this browser alone ---------------------------------------------------

const MOST_ASKED = 20;
const archive = new URL(document.querySelector(".brand").href).pathname; // one origin may serve several archives

function kept(name) {
  try {
    const entries = JSON.parse(localStorage.getItem(`nutgraf:${archive}:${name}`) ?? "[]");
    return Array.isArray(entries) ? entries.filter((entry) => typeof entry?.q === "string" && typeof entry.query === "string") : [];
  } catch {
    return []; // a browser may keep its storage from the page
  }
}

function keep(name, entries) {
  try {
    localStorage.setItem(`nutgraf:${archive}:${name}`, JSON.stringify(entries));
  } catch { /* full, or kept from the page: then nothing is remembered */ }
}

const without = (entries, query) => entries.filter((entry) => entry.query !== query);

const answered = document.querySelector("[data-question]");
if (answered) {
  const asked = { q: answered.dataset.question, query: location.search };
  keep("asked", [asked, ...without(kept("asked"), asked.query)].slice(0, MOST_ASKED));
  for (const button of document.querySelectorAll("[data-save]")) {
    const isSaved = () => kept("saved").some((entry) => entry.query === asked.query);
    const show = () => { button.textContent = isSaved() ? "Forget question" : "Save question"; };
    button.hidden = false;
    button.addEventListener("click", () => {
      keep("saved", isSaved() ? without(kept("saved"), asked.query) : [asked, ...kept("saved")]);
      show();
      said.textContent = isSaved() ? "Saved" : "Forgotten";
    });
    show();
  }
}

for (const list of document.querySelectorAll("[data-kept]")) {
  const name = list.dataset.kept;
  for (const { q, query } of kept(name)) {
    const link = document.createElement("a");
    link.dataset.result = "";
    link.href = `${archive}?${query.replace(/^\?/, "")}`;
    link.textContent = q;
    const line = document.createElement("li");
    line.append(link);
    list.querySelector("ul").append(line);
  }
  list.hidden = kept(name).length === 0;
  list.querySelector("button").addEventListener("click", () => {
    keep(name, []);
    list.hidden = true;
    said.textContent = "Forgotten";
    box.focus();
  });
}

// --- buttons, which do nothing without this file, appear with it -------------------------------------------

for (const button of document.querySelectorAll("[data-copy], [data-expand]")) {
  button.hidden = false;
  button.addEventListener("click", () => (button.dataset.expand ? expand(button) : copyOf(button)));
}
for (const link of document.querySelectorAll("[data-fetch]")) link.addEventListener("click", copyFetched);
if (location.hash === "#quote") document.querySelector("#quote")?.focus({ preventScroll: true });
