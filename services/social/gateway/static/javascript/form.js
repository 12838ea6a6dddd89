import { byId } from "./element.js";

/** Says under a field what is wrong with it; an empty message says that nothing is. */
export function markField(input, message) {
  const error = byId(`${input.id}-error`);
  error.textContent = message;
  const described = [message ? error.id : "", hintOf(input)].filter(Boolean).join(" ");
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (described) input.setAttribute("aria-describedby", described);
  else input.removeAttribute("aria-describedby");
}

function hintOf(input) {
  return document.getElementById(`${input.id}-hint`)?.id ?? "";
}

/** Marks each field with its message and goes to the first wrong one. Answers whether all are right. */
export function markFields(pairs) {
  for (const [input, message] of pairs) markField(input, message);
  const wrong = pairs.find(([, message]) => message);
  wrong?.[0].focus();
  return !wrong;
}

/**
 * Does `work` when the form is sent, once at a time; meanwhile its button looks so. A button that waited for this
 * script can be pressed from now on.
 */
export function onSubmit(form, work) {
  const button = form.querySelector("button[type=submit]");
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      await work();
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}
