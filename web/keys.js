// What keys do among items and texts.

/** Whether a key goes into a text. @param {EventTarget | null} target */
export const isTyping = (target) =>
  target instanceof HTMLTextAreaElement ||
  (target instanceof HTMLInputElement && ['text', 'search'].includes(target.type));

/**
 * The item that an arrow key leads to.
 * @param {HTMLElement} from @param {string} key @returns {HTMLElement | null}
 */
export function neighbour(from, key) {
  const scope = from.closest('.tab-body');
  if (!scope) return null;
  const all = /** @type {HTMLElement[]} */ (Array.from(scope.querySelectorAll('[data-id]')));
  const at = all.indexOf(from);
  const row = from.closest('tr');
  if (key === 'Home') return all[0] ?? null;
  if (key === 'End') return all[all.length - 1] ?? null;
  if (!row)
    return key === 'ArrowDown'
      ? (all[at + 1] ?? null)
      : key === 'ArrowUp'
        ? (all[at - 1] ?? null)
        : null;
  if (key === 'ArrowRight') return all[at + 1] ?? null;
  if (key === 'ArrowLeft') return all[at - 1] ?? null;
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
  const column = from.dataset.column;
  const others = key === 'ArrowDown' ? all.slice(at + 1) : all.slice(0, at).reverse();
  return (
    others.find((cell) => cell.closest('tr') !== row && cell.dataset.column === column) ?? null
  );
}
