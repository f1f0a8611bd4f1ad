// Sends the form to POST /v1/search and shows the answer. Values go out in the request's body and nowhere else.
"use strict";

const form = document.getElementById("search");
const hits = document.getElementById("hits");
const more = document.getElementById("more");
const summary = document.getElementById("summary");
const FIELDS = ["purpose", "case_number", "on_behalf_of", "value"];
let asked = null; // the request whose answer is shown

const chosen = (id) => document.getElementById(id).content.cloneNode(true);
const english = () => document.documentElement.lang === "en";

function both(problem) {
  const part = document.createDocumentFragment();
  for (const [lang, text] of [["zh-CN", problem.zh], ["en", problem.en]]) {
    const span = document.createElement("span");
    span.lang = lang;
    span.textContent = text;
    part.append(span);
  }
  return part;
}

function department(slug) {
  const known = document.getElementById(`department-${slug}`);
  return known ? known.content.cloneNode(true) : document.createTextNode(slug);
}

// ---- language: both are in the page, so nothing typed or found is lost

function speak(lang) {
  document.documentElement.lang = lang;
  const key = english() ? "en" : "zh";
  document.title = english() ? document.body.dataset.titleEn : document.body.dataset.titleZh;
  for (const option of document.querySelectorAll("option[data-zh]")) option.textContent = option.dataset[key];
  for (const group of document.querySelectorAll("optgroup[data-zh]")) group.label = group.dataset[key];
  document.getElementById("language").href = english() ? "/" : "/?lang=en";
  document.getElementById("review").href = english() ? "/review?lang=en" : "/review";
  history.replaceState(null, "", english() ? "/?lang=en" : "/");
  for (const time of document.querySelectorAll("time")) showTime(time);
  for (const how of document.querySelectorAll(".how")) showHow(how);
}

function showHow(how) {
  how.href = `/how?${how.dataset.case}${english() ? "&lang=en" : ""}`;
}

function showTime(time) {
  const moment = new Date(time.dateTime);
  time.textContent = moment.toLocaleString(english() ? "en-GB" : "zh-CN", { dateStyle: "medium", timeStyle: "medium" });
}

// ---- asking

function request() {
  const [by, identifier] = form.by.value.split(".");
  const value = form.value.value;
  const body = {};
  for (const name of ["purpose", "case_number", "on_behalf_of"]) if (form[name].value) body[name] = form[name].value;
  if (value.trim()) body[by] = identifier ? { kind: identifier, value } : value;
  return body;
}

async function ask(body) {
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("/v1/search", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
    });
    return { ok: answer.ok, ...(await answer.json()) };
  } catch {
    return { ok: false, problems: [] };
  } finally {
    form.removeAttribute("aria-busy");
  }
}

// ---- showing

function say(...parts) {
  summary.classList.remove("problem");
  summary.replaceChildren(...parts);
}

function fieldOf(place) {
  const first = place.split(".")[0];
  return FIELDS.includes(first) ? first : ["identifier", "name", "organisation", "address", ""].includes(first) ? "value" : null;
}

function clearProblems() {
  for (const name of FIELDS) {
    form[name].removeAttribute("aria-invalid");
    document.getElementById(`${name}-problem`).hidden = true;
  }
}

function showProblems(problems) {
  let first = null;
  const general = [];
  for (const problem of problems) {
    const name = problem.code.endsWith("_away") || problem.code === "fault" ? null : fieldOf(problem.place);
    if (!name) {
      general.push(both(problem));
      continue;
    }
    const told = document.getElementById(`${name}-problem`);
    told.replaceChildren(problem.code === "exactly_one" ? chosen("say-missing") : both(problem));
    told.hidden = false;
    form[name].setAttribute("aria-invalid", "true");
    if (!first || FIELDS.indexOf(name) < FIELDS.indexOf(first)) first = name;
  }
  if (first) general.push(chosen("say-correct"));
  if (!problems.length) general.push(chosen("say-away"));
  say(chosen("say-failed"), ...general);
  summary.classList.add("problem");
  if (first) form[first].focus();
}

// The API looks at the value only once the rest is there; a person wants to see all that is missing at once.
function withEmptyValue(problems, body) {
  const empty = { place: "", code: "exactly_one" };
  const known = problems.some((problem) => problem.code === empty.code);
  return Object.keys(body).some((key) => !FIELDS.includes(key)) || known || !problems.length ? problems : [...problems, empty];
}

function showOtherNames(place, names) {
  place.hidden = !names.length;
  for (const name of names) {
    const said = document.createElement("span");
    said.append(`${name.masked_name} `, department(name.provider));
    place.querySelector("dd").append(said);
  }
}

function showHit(found) {
  const item = chosen("hit");
  item.querySelector(".kind").append(chosen(`kind-${found.kind}`));
  item.querySelector(".name").textContent = found.masked_name;
  const mask = item.querySelector(".mask");
  mask.append(chosen(found.masked ? "say-masked" : "say-open"));
  mask.classList.toggle("is-open", !found.masked);
  item.querySelector(".closed").hidden = found.status !== "closed";
  showOtherNames(item.querySelector(".other"), found.other_names);
  for (const slug of found.providers) {
    const chip = document.createElement("li");
    chip.append(department(slug));
    item.querySelector(".chips").append(chip);
  }
  const time = item.querySelector("time");
  time.dateTime = found.updated;
  showTime(time);
  item.querySelector("code").textContent = found.handle;
  const { purpose, case_number, on_behalf_of } = asked;
  item.querySelector(".how").dataset.case = new URLSearchParams({ handle: found.handle, purpose, case_number, on_behalf_of });
  showHow(item.querySelector(".how"));
  hits.append(item);
}

function showAnswer(answer) {
  if (answer.total === 0) {
    say(chosen("say-none"));
  } else {
    const count = document.createElement("span");
    count.className = "count";
    count.textContent = answer.total;
    say(count, chosen(answer.total_is === "exact" ? "say-found_exact" : "say-found_at_least"));
  }
  answer.hits.forEach(showHit);
  more.hidden = !answer.next;
  more.dataset.after = answer.next || "";
}

async function search(event) {
  event.preventDefault();
  if (form.hasAttribute("aria-busy")) return;
  const body = request();
  const answer = await ask(body);
  clearProblems();
  hits.replaceChildren();
  more.hidden = true;
  if (!answer.ok) {
    showProblems(withEmptyValue(answer.problems || [], body));
    return;
  }
  asked = body;
  showAnswer(answer);
  document.getElementById("results-heading").focus({ preventScroll: window.innerWidth > 832 });
}

async function showMore() {
  const before = hits.children.length;
  const answer = await ask({ ...asked, after: more.dataset.after });
  if (!answer.ok) {
    showProblems(answer.problems || []);
    return;
  }
  showAnswer(answer);
  const next = hits.children[before];
  if (next) {
    next.tabIndex = -1;
    next.focus();
  }
}

function showMeaning() {
  for (const meaning of document.querySelectorAll("[data-purpose]")) meaning.hidden = meaning.dataset.purpose !== form.purpose.value;
}

form.addEventListener("submit", search);
form.purpose.addEventListener("change", showMeaning);
more.addEventListener("click", showMore);
document.getElementById("language").addEventListener("click", (event) => {
  event.preventDefault();
  speak(english() ? "zh-CN" : "en");
});
showMeaning();
