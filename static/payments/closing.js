// Goes on by itself once the first payment had its time to close.
const form = document.querySelector("form[data-seconds]");
setTimeout(() => form.requestSubmit(), form.dataset.seconds * 1000);
