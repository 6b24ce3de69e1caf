// Sends what changes the cart without leaving the page, and shows the server's answer in place:
// every part marked data-live is replaced by the part of the same id. When that fails, the
// browser sends the form as it would without script.
let waiting = 0;
let queue = Promise.resolve();
let leaving = false;
let released = Promise.resolve();

// A button that is swapped between press and release would lose its click.
document.addEventListener("pointerdown", () => {
  released = new Promise((done) => addEventListener("pointerup", () => setTimeout(done), { once: true }));
});
addEventListener("beforeunload", () => { leaving = true; });
addEventListener("pageshow", () => { leaving = false; });

// Radios of one question share a name: only the value tells them apart.
const keyOf = (element) =>
  [element.tagName, element.name, element.type === "radio" ? element.value : element.id,
    element.closest("[data-line]")?.dataset.line].join(" ");

function focusAgain(key, line) {
  const all = [...document.querySelectorAll("a, button, input, select, summary")];
  const inLine = all.filter((each) => each.closest("[data-line]")?.dataset.line === line);
  const next = document.querySelector("[data-next]") ?? document.querySelector("#content");
  const same = all.find((each) => keyOf(each) === key && !each.disabled);
  (same ?? (line && inLine.find((each) => !each.disabled && each.dataset.now !== undefined)) ?? next).focus();
}

function swap(page) {
  const active = document.activeElement;
  const [key, line] = [keyOf(active), active.closest("[data-line]")?.dataset.line];
  const unsent = active.value !== active.defaultValue ? active.value : undefined;
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (part.outerHTML !== fresh.outerHTML) part.replaceWith(fresh);
  }
  if (document.activeElement !== active) focusAgain(key, line);
  if (unsent !== undefined && keyOf(document.activeElement) === key) {
    document.activeElement.value = unsent;
  }
  const problem = document.querySelector(".notice-error, [data-live] .problem")?.textContent ?? "";
  const news = document.querySelector("[data-news]")?.dataset.news ?? "";
  document.querySelector("#news").textContent = `${problem} ${news}`.trim();
}

async function send(form, button) {
  const body = new FormData(form);
  if (button.name) body.append(button.name, button.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    waiting -= 1;
    if (waiting) return;  // a later click is on its way, and its answer holds this one too
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (![...document.querySelectorAll("[data-live]")].every((part) => page.getElementById(part.id))) {
      throw new Error(`${answer.status} holds not the parts of this page`);
    }
    await released;
    if (!leaving) swap(page);
  } catch {
    if (leaving) return;
    form.dataset.plain = "";
    form.requestSubmit(button);
  }
}

function now(form, button) {
  waiting += 1;
  queue = queue.then(() => send(form, button));
}

function step(button) {
  const box = button.closest(".stepper").querySelector("input");
  if (!box) return false;
  const more = button.name === "more" ? 1 : -1;
  box.value = Math.max(1, (Number.parseInt(box.value, 10) || 0) + more);
  return true;
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (button?.dataset.now === undefined || form.dataset.plain !== undefined) {
    leaving = true;
    return;
  }
  event.preventDefault();
  const stepped = button.matches(".step") && step(button);
  now(form, stepped ? form.querySelector(".ask") : button);
});

document.addEventListener("change", ({ target }) => {
  const button = target.dataset.now !== undefined && target.form?.querySelector(".ask");
  if (button) now(target.form, button);
});
