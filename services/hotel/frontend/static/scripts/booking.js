import { bookRooms } from "./api.js";
import { byId } from "./element.js";
import { Failure } from "./failure.js";
import { checkedStay, markFields } from "./field.js";
import { showFailure, showSentence } from "./notice.js";
import { keepStayForward } from "./search-form.js";
import { counted, stayInWords } from "./stay.js";
import { withProgress } from "./waiting.js";

/**
 * The dialog that books. A request is sent once for each press of the button, never two at a
 * time and never again by itself; when its outcome is not known, it says so.
 */
export function createBooking({ account, onBooked }) {
  const dialog = byId("booking");
  const [inDate, outDate] = [byId("booking-in-date"), byId("booking-out-date")];
  const [customerName, rooms] = [byId("customer-name"), byId("rooms")];
  const [progress, notice] = [byId("booking-progress"), byId("booking-notice")];
  const [cancel, send] = dialog.querySelectorAll(".actions button");
  /** Hotels for which a request was sent whose outcome nobody knows. */
  const doubts = new Set();
  let hotel;
  let attempt;
  let booked = false;

  keepStayForward(inDate, outDate);
  cancel.addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  // Whoever leaves while a booking is under way will not learn what came of it.
  dialog.addEventListener("cancel", (event) => attempt && event.preventDefault());
  window.addEventListener("beforeunload", (event) => attempt && event.preventDefault());
  dialog.addEventListener("close", () => {
    if (booked) onBooked(hotel);
  });

  function open(chosen, stay) {
    hotel = chosen;
    booked = false;
    byId("booking-heading").textContent = `Book ${hotel.name} (number ${hotel.id})`;
    byId("booking-fields").hidden = false;
    [inDate.value, outDate.value, rooms.value] = [stay.inDate, stay.outDate, "1"];
    markFields([inDate, outDate, customerName, rooms].map((field) => [field, ""]));
    notice.replaceChildren();
    showSending(false);
    if (doubts.has(hotel.id)) warnOfDoubt();
    dialog.showModal();
    customerName.focus();
  }

  async function submit() {
    if (attempt || booked || !markFields(checks())) return;

    attempt = new AbortController();
    const request = { hotelId: hotel.id, ...asked() };
    try {
      const user = await account.ask("Sign in again to book.");
      if (user) await sendOnce({ ...request, user });
    } catch (failure) {
      showBookingFailure(failure);
      if (!(failure instanceof Failure)) throw failure;
    } finally {
      attempt = undefined;
      showSending(false);
      // The outcome is shown even if the dialog was forced to close meanwhile.
      if (!dialog.open) dialog.showModal();
      if (booked) cancel.focus();
    }
  }

  async function sendOnce(request) {
    notice.replaceChildren();
    showSending(true);
    const how = { label: "Booking…", stop: "Stop waiting", controller: attempt };
    const outcome = await withProgress(progress, how, (signal) => bookRooms(request, signal));
    if (outcome === "booked") confirm(request);
    else if (outcome === "full") showSentence(notice, full);
    else refuse();
  }

  function confirm({ customerName: guest, number, stay }) {
    booked = true;
    doubts.delete(hotel.id);
    byId("booking-fields").hidden = true;
    const where = `${counted(number, "room")} at ${hotel.name} (number ${hotel.id})`;
    showSentence(notice, `Booked: ${where}, ${stayInWords(stay)}, for ${guest}.`, "good");
  }

  function refuse() {
    account.forget();
    showSentence(notice, "User name and password are no longer accepted. Nothing was booked.");
  }

  function showBookingFailure(failure) {
    if (failure.kind === "refused") return showFailure(notice, failure);

    doubts.add(hotel.id);
    showFailure(notice, failure, { warning: unknown });
  }

  function warnOfDoubt() {
    showSentence(notice, `An earlier request for this hotel got no clear answer. ${unknown}`);
  }

  function showSending(sending) {
    send.setAttribute("aria-disabled", String(sending));
    send.hidden = booked;
    send.textContent = doubts.has(hotel.id) ? "Book again all the same" : "Book";
    cancel.hidden = sending;
    cancel.textContent = booked ? "Done" : "Cancel";
  }

  function asked() {
    return {
      stay: { inDate: inDate.value, outDate: outDate.value },
      customerName: customerName.value.trim(),
      number: Number(rooms.value),
    };
  }

  function checks() {
    const count = Number(rooms.value);
    return [
      ...checkedStay(inDate, outDate),
      [customerName, customerName.value.trim() ? "" : "Enter the name of the guest."],
      [rooms, Number.isInteger(count) && count > 0 ? "" : "Enter 1 or more."],
    ];
  }

  return { open };
}

const full =
  "The hotel does not have that many rooms free in every night of this stay, so nothing was " +
  "booked. Try fewer rooms, other days or another hotel.";

const unknown =
  "It is not known whether the rooms were booked. Nothing is sent again by itself; if you book " +
  "again, you may book twice.";
