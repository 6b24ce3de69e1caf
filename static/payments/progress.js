// Asks every two seconds how far a file is read, and shows the whole page anew once it is at its end.
async function look() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return setTimeout(look, 2000);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = page.querySelector("#progress");
  if (!told) return location.reload();
  const shown = document.querySelector("#progress");
  for (const part of ["[role=status]", "progress"]) {
    const before = shown.querySelector(part), after = told.querySelector(part);
    if (before.outerHTML === after.outerHTML) continue;
    if (part === "progress") before.value = after.value;
    else before.textContent = after.textContent; // the region stays, so that a reader hears what is new
  }
  setTimeout(look, 2000);
}

setTimeout(look, 2000);
