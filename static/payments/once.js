// A form that pays is sent once: while the first click is on its way, a second does nothing.
const forms = document.querySelectorAll("form[data-once]");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.once === undefined) return;
  if (form.dataset.sent) event.preventDefault();
  else {
    form.dataset.sent = "yes";
    form.querySelector(".button-main")?.setAttribute("aria-disabled", "true");
  }
});

// Who comes back by the browser's Back finds the form as it was.
addEventListener("pageshow", () => {
  for (const form of forms) {
    delete form.dataset.sent;
    form.querySelector(".button-main")?.removeAttribute("aria-disabled");
  }
});
