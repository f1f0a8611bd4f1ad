// The entry form: checked as one types by the stream's own rules, then sent, once, with a key of its own.
import { askJson, freshKey, home } from "./asking.js";
import { both, say } from "./language.js";

const PAUSE_MS = 300;
const SAYS = { good: "good", remark: "good", doubtful: "doubtful", refused: "refused" };

const columns = (form) => [...form.querySelectorAll(".column")];
const control = (column) => column.querySelector("input, select, textarea");
const deleting = (form) => form.op.value === "delete";

function record(form) {
  const values = {};
  for (const column of columns(form)) {
    if (!deleting(form) || "key" in column.dataset) values[column.dataset.column] = control(column).value || null;
  }
  return { table: form.dataset.table, op: form.op.value, values };
}

function tell(form, parts, wrong) {
  const told = form.querySelector(".told");
  told.hidden = parts.length === 0;
  told.classList.toggle("wrong", wrong);
  told.replaceChildren(...parts);
}

function mark(column, state, parts) {
  const says = column.querySelector(".says");
  const field = control(column);
  says.hidden = parts.length === 0;
  says.className = `says ${SAYS[state] || ""}`;
  const text = document.createDocumentFragment();
  text.append(...parts);
  if (says.textContent !== text.textContent) says.replaceChildren(text);
  if (state === "refused") field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function errorsOf(errors, name) {
  const place = `/values/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return errors.filter((error) => error.pointer === place);
}

function words(texts) {
  return texts.flatMap((text, index) => (index ? ["；", both(text)] : [both(text)]));
}

function troubles(errors) {
  return errors.flatMap((error) => [both(error), " ", both(error.remedy)]);
}

function judge(form, column, verdict, errors) {
  const own = errorsOf(errors, column.dataset.column);
  if (own.length) {
    mark(column, "refused", troubles(own));
    return;
  }
  if (!verdict || verdict.state === "empty" || verdict.state === "ignored") {
    mark(column, "", []);
    return;
  }
  const reads = verdict.reads_as.length ? [" ", say("reads_as"), ` ${verdict.reads_as.join("、")}`] : [];
  mark(column, verdict.state, [...(verdict.says.length ? words(verdict.says) : [say("good")]), ...reads]);
}

// Only what was touched is judged while one types; everything is, once it was sent.
async function check(form) {
  const asked = (form.asked = (form.asked || 0) + 1);
  const answer = await askJson(`${home}/check`, record(form));
  if (asked !== form.asked) return; // something was typed since
  if (!answer.ok) {
    tell(form, [say(answer.status === 401 ? "closed_session" : "not_checked")], answer.status === 401);
    return;
  }
  tell(form, [], false);
  const verdicts = new Map(answer.body.columns.map((verdict) => [verdict.column, verdict]));
  for (const column of columns(form)) {
    if ("touched" in column.dataset) judge(form, column, verdicts.get(column.dataset.column), answer.body.errors);
  }
}

function showProblem(form, answer) {
  if (answer.status === 0 || answer.status === 401) {
    tell(form, [say(answer.status ? "closed_session" : "away")], true);
    return;
  }
  const errors = answer.body?.errors || [];
  for (const column of columns(form)) {
    const own = errorsOf(errors, column.dataset.column);
    if (own.length) mark(column, "refused", troubles(own));
  }
  const first = form.querySelector('[aria-invalid="true"]');
  const general = errors.filter((error) => !error.pointer.startsWith("/values/"));
  tell(form, [say("failed"), " ", ...(first ? [say("correct")] : troubles(general)), ...(errors.length ? [] : [answer.body?.detail || ""])], true);
  (first || form.querySelector(".go")).focus();
}

function clear(form) {
  for (const column of columns(form)) {
    control(column).value = "";
    delete column.dataset.touched;
    mark(column, "", []);
  }
  control(columns(form)[0]).focus();
}

async function send(event, onTaken) {
  event.preventDefault();
  const form = event.target;
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  form.asked = (form.asked || 0) + 1; // a check under way says nothing any more
  const body = record(form);
  const said = JSON.stringify(body);
  if (form.sent?.said !== said) form.sent = { said, key: freshKey() };
  const call = form.querySelector(".call-choice").value;
  const answer = await askJson(`${home}/records${call ? `?call=${call}` : ""}`, body, { "Idempotency-Key": form.sent.key });
  form.removeAttribute("aria-busy");
  if (!answer.ok) {
    showProblem(form, answer);
    return;
  }
  form.sent = null;
  clear(form);
  tell(form, [say("done"), ` ${answer.body.id}`], false);
  onTaken([answer.body]);
}

function chooseOp(form) {
  for (const column of columns(form)) column.hidden = deleting(form) && !("key" in column.dataset);
}

export function prepare(form, onTaken) {
  const later = () => {
    clearTimeout(form.pause);
    form.pause = setTimeout(() => check(form), PAUSE_MS);
  };
  for (const column of columns(form)) {
    control(column).addEventListener("input", () => {
      column.dataset.touched = "";
      later();
    });
  }
  for (const choice of form.op) choice.addEventListener("change", () => { chooseOp(form); later(); });
  form.addEventListener("submit", (event) => send(event, onTaken));
}
