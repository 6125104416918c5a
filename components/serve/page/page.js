"use strict";

const find = id => document.getElementById(id);
const AT_ONCE = 2;
const TRIES = 5;
let tasks = [];

function make(name, text = "", kind = "") {
  const element = document.createElement(name);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function headers(more = {}) {
  const token = find("token").value;
  return token ? {...more, Authorization: `Bearer ${token}`} : more;
}

function say(text, bad = false) {
  find("status").textContent = text;
  find("status").className = bad ? "bad" : "";
}

async function ask(path, options = {}) {
  for (let tried = 1; ; tried++) {
    const answer = await fetch(path, options);
    if (answer.status === 401) find("locked").hidden = false;
    if (answer.status !== 503 || tried === TRIES) return answer;
    const seconds = Number(answer.headers.get("Retry-After")) || 1;
    await new Promise(done => setTimeout(done, seconds * 1000));
  }
}

async function load() {
  const answer = await ask("tasks", {headers: headers()});
  const told = await answer.json();
  if (!answer.ok) return say(told.error, true);
  find("locked").hidden = true;
  say("");
  tasks = told;
  find("task").replaceChildren(...tasks.map(each => new Option(each.name)));
  choose();
}

function choose() {
  const task = tasks.find(each => each.name === find("task").value);
  find("version").textContent = task?.version ? `version ${task.version}` : "";
  find("purpose").textContent = task?.purpose ?? "";
  const input = task?.input ?? "image";
  find("input").textContent = input;
  find("files").accept = input === "image" ? "image/*" : (task?.suffixes ?? []).join();
  find("written").hidden = input !== "text";
}

function shown(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}

function line(kind, cells) {
  const row = make("tr");
  row.append(...cells.map((cell, at) => make(at && kind === "td" ? "td" : "th", shown(cell))));
  return row;
}

function table(rows) {
  if (!rows.length) return make("p", "nothing found", "soft");
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const made = make("table");
  if (rows.length === 1) {
    made.append(...names.map(name => line("td", [name, rows[0][name]])));
  } else {
    made.append(line("th", ["", ...names]));
    made.append(...rows.map((row, at) => line("td", [at + 1, ...names.map(name => row[name])])));
  }
  const scroll = make("div", "", "scroll");
  scroll.tabIndex = 0;
  scroll.append(made);
  return scroll;
}

function figure(name, data, file) {
  const made = make("figure");
  const image = make("img");
  image.src = `data:image/png;base64,${data}`;
  image.alt = `${name} of ${file}`;
  made.append(image, make("figcaption", name));
  return made;
}

async function predict(task, file, card) {
  card.append(make("h2", file.name));
  const waiting = make("p", "…", "soft");
  card.append(waiting);
  const begun = performance.now();
  try {
    const answer = await ask(`predict/${encodeURIComponent(task)}`, {
      method: "POST", body: file,
      headers: headers({Accept: "application/json;pictures=all", "Content-Type": "application/octet-stream"}),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    const [result] = told.results;
    const seconds = ((performance.now() - begun) / 1000).toFixed(2);
    const pictures = Object.entries(result.pictures);
    card.append(...pictures.map(([name, data]) => figure(name, data, file.name)));
    card.append(table(result.rows));
    card.append(make("p", `${told.task}, version ${told.version}, ${seconds} s`, "soft"));
    find("version").textContent = `version ${told.version}`;
  } catch (error) {
    card.append(make("p", error.message, "bad"));
  }
  waiting.remove();
}

async function predictAll(files) {
  const samples = [...files];
  const task = find("task").value;
  if (!samples.length || !task) return;
  const cards = samples.map(() => make("article"));
  find("results").prepend(...cards);
  const name = find("input").textContent;
  say(samples.length === 1 ? `1 ${name} sent` : `${samples.length} ${name}s sent`);
  let next = 0;
  const work = async () => {
    while (next < samples.length) {
      const at = next++;
      await predict(task, samples[at], cards[at]);
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, work));
  say("done");
}

find("task").addEventListener("change", choose);
find("files").addEventListener("change", async event => {
  await predictAll(event.target.files);
  event.target.value = "";
});
find("send").addEventListener("click", () => {
  const text = find("text").value.trim();
  if (text) predictAll([new File([text], "text")]);
});
find("ask").addEventListener("submit", event => { event.preventDefault(); load(); });
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, event => {
    event.preventDefault();
    find("drop").classList.toggle("over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop") predictAll(event.dataTransfer.files);
  });
}
load();
