// Adds articles: a text that is pasted, or files that are dropped, sent to the route for programs (writing.js).
"use strict";

const MOST_BYTES = 20_000_000; // of a file, as the server takes them
const MOST_TEXT_BYTES = 1_000_000; // of an article from the form
const TEXT = /\.(txt|text)$/i;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const article = { text: field("text").value };
  for (const name of ["title", "source", "published", "url"]) {
    if (field(name).value.trim()) article[name] = field(name).value.trim();
  }
  const authors = field("authors").value.split(",").map((name) => name.trim()).filter(Boolean);
  if (authors.length) article.authors = authors;
  send(JSON.stringify(article), "application/json").then((results) => {
    if (!results) return;
    form.reset();
    sayStored(summary(results), results[0].id);
  });
});

const drop = document.querySelector("#drop");
for (const kind of ["dragover", "dragleave", "drop"]) {
  // Anywhere on the page: a file that is dropped beside the field must not replace the page.
  addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop") take([...event.dataTransfer.files]);
  });
}
field("file").addEventListener("change", () => {
  take([...field("file").files]).finally(() => { field("file").value = ""; });
});

async function take(files) {
  const lines = [];
  for (const file of files) {
    if (file.size > MOST_BYTES) {
      return fail(`${file.name} has ${(file.size / 1e6).toFixed(1)} MB, at most 20 MB can be added here. Type: nutgraf index ${file.name}`);
    }
    if (files.length === 1 && TEXT.test(file.name) && file.size <= MOST_TEXT_BYTES) {
      field("text").value = decoded(await file.arrayBuffer());
      field("title").focus();
      return say(`${file.name} is in the form: look it over, then add it.`);
    }
    const to = `?name=${encodeURIComponent(file.name)}`;
    const results = await send(file, "application/octet-stream", to);
    if (!results) return; // it is said why
    lines.push(`${file.name}: ${summary(results)}`);
    sayStored(lines.join("; "), files.length === 1 && results.length === 1 ? results[0].id : null);
  }
}

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes); // as browsers take bytes that are not UTF-8
  }
}

async function send(body, kind, to = "") {
  const text = await write("POST", form.dataset.to + to, body, kind);
  return text === null ? null : text.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

function summary(results) {
  const counts = {};
  for (const { status = "failed" } of results) counts[status] = (counts[status] ?? 0) + 1;
  const lines = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  const first = results.find((result) => result.reason ?? result.error);
  if (first) lines.push(`number ${first.line}: ${first.reason ?? first.error.message}`);
  for (const { dates_not_used: dates = [] } of results.slice(0, 1)) {
    for (const date of dates) lines.push(`the date “${date.given}” was not used: ${date.reason}`);
  }
  return lines.join(", ") || "nothing in it is an article";
}

function sayStored(words, id) {
  const became = say(words);
  if (!id) return;
  const link = document.createElement("a");
  link.href = form.dataset.shows + encodeURIComponent(id);
  link.textContent = "Read it";
  became.append(". ", link);
}
