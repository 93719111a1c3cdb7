"use strict";
// Shows the answers. Whatever comes from data becomes text nodes, never markup.

const PAGE_SIZE = 25;
const LINE_BREAK = /\s*\n\s*/g;
// From the outside in: where spans lie on one another, the last one's colour is on top.
const LAYERS = ["content", "addressee", "source", "cue"];

const KINDS = {
  edges: "right but for the edges of a span",
  label: "right place, wrong label",
  missed: "in gold alone",
  spurious: "in the prediction alone",
  correct: "right",
};

const { kinds, documents, outcomes } = JSON.parse(document.getElementById("data").textContent);
const form = document.getElementById("filters");
const list = document.getElementById("list");
const search = document.getElementById("search");
const range = document.getElementById("status");
const previous = document.getElementById("previous");
const next = document.getElementById("next");

function element(name, className, ...children) {
  const found = document.createElement(name);
  if (className) found.className = className;
  found.append(...children);
  return found;
}

// Filters: a test each, by name; a count of an option asks all filters but its own.

const boxes = new Map();
const menus = new Map();

function addKind(kind) {
  const box = element("input");
  box.type = "checkbox";
  box.name = "kind";
  box.value = kind;
  box.defaultChecked = kind !== "correct";
  const count = element("span", "count");
  const label = element("label", null, box, ` ${kind} `, count);
  label.title = KINDS[kind];
  document.getElementById("kinds").append(label);
  boxes.set(kind, { box, count });
}

function addMenu(name) {
  const menu = element("select");
  menu.id = `slice-${menus.size}`;
  menu.name = name;
  const values = [...new Set(outcomes.map((outcome) => outcome.slices[name]))].filter((value) => value !== undefined).sort();
  menu.append(new Option("all", "", true), ...values.map((value) => new Option(value, `=${value}`)));
  const label = element("label", null, name);
  label.htmlFor = menu.id;
  document.getElementById("slice-filters").append(element("div", null, label, menu));
  menus.set(name, { menu, values });
}

function haystack(outcome) {
  const { id, sentences } = documents[outcome.document];
  const words = outcome.sentences.map((index) => sentences[index][1]).join("");
  const parts = [id, words, outcome.goldSays, outcome.predictedSays, ...Object.values(outcome.slices)];
  return parts.join("\n").replace(/\s+/g, " ").toLowerCase();
}

const haystacks = new Map();

function says(outcome, words) {
  if (!haystacks.has(outcome)) haystacks.set(outcome, haystack(outcome));
  return haystacks.get(outcome).includes(words);
}

function filters() {
  const words = search.value.trim().replace(/\s+/g, " ").toLowerCase();
  const chosen = new Set(kinds.filter((kind) => boxes.get(kind).box.checked));
  const found = new Map([["kind", (outcome) => chosen.has(outcome.kind)]]);
  if (words) found.set("search", (outcome) => says(outcome, words));
  for (const [name, { menu }] of menus) {
    if (menu.value) found.set(`slice ${name}`, (outcome) => `=${outcome.slices[name]}` === menu.value);
  }
  return found;
}

function passing(tests, without) {
  const asked = [...tests].filter(([name]) => name !== without).map(([, test]) => test);
  return outcomes.filter((outcome) => asked.every((test) => test(outcome)));
}

function tally(items, key) {
  const counts = new Map();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

function showCounts(tests) {
  const ofKinds = tally(passing(tests, "kind"), (outcome) => outcome.kind);
  for (const [kind, { count }] of boxes) count.textContent = `(${ofKinds.get(kind) ?? 0})`;
  for (const [name, { menu, values }] of menus) {
    const candidates = passing(tests, `slice ${name}`);
    const ofValues = tally(candidates, (outcome) => outcome.slices[name]);
    menu.options[0].textContent = `all (${candidates.length})`;
    values.forEach((value, i) => (menu.options[i + 1].textContent = `${value} (${ofValues.get(value) ?? 0})`));
  }
}

// One answer. Offsets are code points, so text is cut as an array of them: "😀" is one, though two of a JavaScript string.

function passages(outcome) {
  const { sentences } = documents[outcome.document];
  const found = [];
  for (const index of outcome.sentences) {
    const [start, text] = sentences[index];
    const points = Array.from(text);
    const last = found.at(-1);
    if (last && last.start + last.points.length === start) last.points = last.points.concat(points);
    else found.push({ start, points });
  }
  for (const { points } of found) while (points.length && !points.at(-1).trim()) points.pop();
  return found;
}

function fragmentsOf(spans) {
  return spans.flatMap(([label, fragments]) =>
    fragments.map(([start, end], i) => ({ label, start, end, part: fragments.length > 1 ? ` ${i + 1}/${fragments.length}` : "" })),
  );
}

function colour(label) {
  return LAYERS.includes(label) ? label : label === "neither" ? "neither" : "hedge";
}

function layer(label) {
  const found = LAYERS.indexOf(label);
  return found < 0 ? LAYERS.length : found;
}

function labelsAt(fragments, start, end) {
  const found = fragments.filter((fragment) => fragment.start <= start && end <= fragment.end).map((fragment) => fragment.label);
  return [...new Set(found)].sort((a, b) => layer(a) - layer(b));
}

function marked({ start, points }, fragments, others) {
  // The passage is cut wherever a span of either side begins or ends, so that each piece has one set of labels.
  const end = start + points.length;
  const edges = [...fragments, ...others].flatMap((fragment) => [fragment.start, fragment.end]);
  const cuts = [...new Set([start, end, ...edges])].filter((at) => start <= at && at <= end).sort((a, b) => a - b);
  const line = [];
  cuts.forEach((at, i) => {
    const closing = fragments.filter((fragment) => fragment.end === at).sort((a, b) => b.start - a.start);
    line.push(...closing.map(({ label }) => element("span", `mark ${colour(label)}`, "]")));
    if (i + 1 === cuts.length) return;
    const opening = fragments.filter((fragment) => fragment.start === at).sort((a, b) => b.end - a.end);
    line.push(...opening.map(({ label, part }) => element("span", `mark ${colour(label)}`, `[${label}${part} `)));
    const labels = labelsAt(fragments, at, cuts[i + 1]);
    const other = labelsAt(others, at, cuts[i + 1]);
    let piece = points.slice(at - start, cuts[i + 1] - start).join("").replace(LINE_BREAK, " ¶ ");
    for (const label of labels.toReversed()) piece = element("span", `span ${colour(label)}`, piece);
    if (others.length && labels.some((label) => !other.includes(label))) piece = element("strong", "differs", piece);
    line.push(piece);
  });
  return line;
}

function side(name, outcome, spans, others, said) {
  const row = element("div", `side ${name}`, element("h4", null, name));
  const body = element("div");
  if (said) body.append(element("p", "says", said));
  if (!spans.length) {
    body.append(element("p", "nothing", others.length ? "nothing" : "no place in the text"));
  } else if (name === "prediction" && JSON.stringify(spans) === JSON.stringify(others)) {
    body.append(element("p", "nothing", "the same spans"));
  } else {
    const text = element("p", "sentence");
    text.lang = "de";
    passages(outcome).forEach((passage, i) => {
      if (i) text.append(element("span", "mark", " […] "));
      text.append(...marked(passage, fragmentsOf(spans), fragmentsOf(others)));
    });
    body.append(text);
  }
  row.append(body);
  return row;
}

function answer(outcome) {
  const heading = element("h3", null, element("span", `kind ${outcome.kind}`, outcome.kind), " ");
  heading.append(element("span", "document", documents[outcome.document].id));
  for (const [name, value] of Object.entries(outcome.slices)) heading.append(" ", element("span", "slice", `${name}: ${value}`));
  const article = element("article", null, heading);
  article.append(side("gold", outcome, outcome.gold, outcome.predicted, outcome.goldSays));
  article.append(side("prediction", outcome, outcome.predicted, outcome.gold, outcome.predictedSays));
  return element("li", null, article);
}

// The page of answers that is shown.

let shown = [];
let first = 0;

function show() {
  const page = shown.slice(first, first + PAGE_SIZE);
  list.start = first + 1;
  list.replaceChildren(...page.map(answer));
  range.textContent = page.length
    ? `${first + 1}–${first + page.length} of ${shown.length} answers`
    : "No answer passes these filters.";
  previous.disabled = first === 0;
  next.disabled = first + PAGE_SIZE >= shown.length;
}

function filter() {
  const tests = filters();
  showCounts(tests);
  shown = passing(tests);
  first = 0;
  show();
}

function turn(step) {
  first += step * PAGE_SIZE;
  show();
  if (list.getBoundingClientRect().top < 0) list.scrollIntoView();
}

kinds.filter((kind) => kind !== "correct").concat("correct").forEach(addKind);
[...new Set(outcomes.flatMap((outcome) => Object.keys(outcome.slices)))].forEach(addMenu);
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter)); // the controls are reset after this event
previous.addEventListener("click", () => turn(-1));
next.addEventListener("click", () => turn(1));
filter();
