// Says beside a field, once it is filled in, what its form would say; the sentences come with the page.
const changed = new WeakSet();

function say(field, input, text) {
  const id = `${input.id}_error`;
  const known = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  document.getElementById(id)?.remove();
  known.delete(id);
  if (text) {
    const problem = Object.assign(document.createElement("p"), { id, className: "problem", textContent: text });
    field.append(problem);
    known.add(id);
    input.setAttribute("aria-invalid", "true");
  } else input.removeAttribute("aria-invalid");
  if (known.size) input.setAttribute("aria-describedby", [...known].join(" "));
  else input.removeAttribute("aria-describedby");
}

function check(input) {
  const field = input.closest(".field");
  if (!field || !changed.has(input)) return;
  const { valueMissing, valid } = input.validity;
  say(field, input, valueMissing ? field.dataset.required : valid ? "" : field.dataset.invalid);
}

// A sentence that came while a button is pressed would move the button away from under the press.
let released = Promise.resolve();
addEventListener("pointerdown", () => {
  released = new Promise((done) => {
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(done), { once: true });
  });
}, true);

document.addEventListener("change", ({ target }) => {
  changed.add(target);
  released.then(() => check(target));
});

document.querySelector("#problems")?.focus();
