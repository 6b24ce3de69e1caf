// Asks every three seconds whether the payment has arrived, then shows the page anew.
const script = document.querySelector("script[data-status]");

async function ask() {
  const answer = await fetch(script.dataset.status).catch(() => null);
  const told = answer?.ok || answer?.status === 410 ? await answer.json() : { stage: "waiting" };
  if (told.stage === "waiting") setTimeout(ask, 3000);
  else location.reload();
}

setTimeout(ask, 3000);
