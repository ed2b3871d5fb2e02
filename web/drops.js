// Files dropped on a page.

/**
 * @typedef {object} Taker
 * @property {() => boolean} ready              whether files are taken now
 * @property {(files: File[]) => void} files
 * @property {(name: string) => void} folder    a folder was dropped: it is not taken
 */

/** @param {DragEvent} event */
const carriesFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false;

/** The files of a drop; each folder is told of. @param {DataTransfer} data @param {Taker} taker */
function dropped(data, taker) {
  const folders = Array.from(data.items)
    .map((item) => item.webkitGetAsEntry?.())
    .filter((entry) => entry?.isDirectory)
    .map((entry) => entry?.name ?? '');
  folders.forEach(taker.folder);
  return Array.from(data.files).filter((file) => !folders.includes(file.name));
}

/**
 * @param {HTMLElement} view      where files may be dropped
 * @param {HTMLElement} curtain   shown while they are over it
 * @param {Taker} taker
 */
export function onDrop(view, curtain, taker) {
  view.addEventListener('dragover', (event) => {
    if (!carriesFiles(event) || !taker.ready()) return;
    event.preventDefault();
    curtain.hidden = false;
  });
  view.addEventListener('dragleave', (event) => {
    if (!(event.relatedTarget instanceof Node) || !view.contains(event.relatedTarget)) {
      curtain.hidden = true;
    }
  });
  view.addEventListener('drop', (event) => {
    if (!carriesFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    curtain.hidden = true;
    if (taker.ready()) taker.files(dropped(event.dataTransfer, taker));
  });
}
