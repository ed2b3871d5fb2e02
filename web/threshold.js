// Below which confidence a field needs a look: chosen by whoever looks, kept in
// their browser.

const THRESHOLD = 'quern.documents.check';
const USUAL_THRESHOLD = 80;

function savedThreshold() {
  try {
    const saved = Number(localStorage.getItem(THRESHOLD) ?? USUAL_THRESHOLD);
    return saved >= 0 && saved <= 100 ? saved : USUAL_THRESHOLD;
  } catch {
    return USUAL_THRESHOLD;
  }
}

/** What is below it needs a look. */
export const threshold = { value: savedThreshold() };

/** @param {number} value */
export function setThreshold(value) {
  threshold.value = value;
  try {
    localStorage.setItem(THRESHOLD, String(value));
  } catch {
    // Storage is switched off: it holds until the page is left.
  }
}
