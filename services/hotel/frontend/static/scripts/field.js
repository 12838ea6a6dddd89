import { byId } from "./element.js";

/** Says under a field what is wrong with it; an empty message says that nothing is. */
export function markField(input, message) {
  const error = byId(`${input.id}-error`);
  error.textContent = message;
  if (message) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", error.id);
  } else {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
}

/** Marks every field with its message and goes to the first wrong one. Answers if all are right. */
export function markFields(pairs) {
  for (const [input, message] of pairs) markField(input, message);
  const wrong = pairs.find(([, message]) => message);
  wrong?.[0].focus();
  return !wrong;
}

/** What is wrong with two date fields: a pair for each, as `markFields` takes them. */
export function checkedStay(inDate, outDate) {
  const reversed = inDate.value && outDate.value && outDate.value <= inDate.value;
  return [
    [inDate, inDate.value ? "" : "Choose a check-in day."],
    [outDate, outDateMessage(outDate, reversed)],
  ];
}

function outDateMessage(outDate, reversed) {
  if (!outDate.value) return "Choose a check-out day.";
  return reversed ? "Check-out must be after check-in." : "";
}
