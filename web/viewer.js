// A page as it looks, with what was read drawn over it.

import { draw, icon, make } from './dom.js';

/**
 * @typedef {import('./blocks.js').Item} Item
 * @typedef {import('./textract.js').Point} Point
 *
 * @typedef {object} Shape       an outline on the page
 * @property {string} id         of the item it belongs to
 * @property {Point[]} place
 * @property {string} kind       a class: "value", "label", "word", "layout", "table"
 * @property {string} [state]    another: "doubt", "corrected"
 * @property {string} [tag]      written at its corner
 *
 * @typedef {object} Picture
 * @property {(width: number) => string} address
 * @property {string} alt
 */

// Widths that pictures are asked for, so that a little zooming asks for none.
const WIDTHS = [600, 900, 1300, 1800, 2400, 3200, 4096];
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
const A4 = Math.SQRT2; // a page's height over its width, until its picture says
const TALLEST = 1.7; // stages that a page is high at 100 %: a till roll is no wall

/** @param {Point[]} place */
const points = (place) => place.map(({ X, Y }) => `${X.toFixed(5)},${Y.toFixed(5)}`).join(' ');

/** A button with a drawing. @param {string} label @param {string} path @param {() => void} click */
function tool(label, path, click) {
  const element = make(
    'button',
    { type: 'button', class: 'tool', 'aria-label': label, title: label },
    icon(path),
  );
  element.addEventListener('click', click);
  return element;
}

/** @param {Shape} shape */
function tagOf({ place, tag }) {
  const corner = place[0];
  if (!tag || !corner) return [];
  const element = make('span', {}, tag);
  element.style.left = `${corner.X * 100}%`;
  element.style.top = `${corner.Y * 100}%`;
  return [element];
}

export class Viewer {
  previous = tool('Previous page', 'M15 5l-7 7 7 7', () => this.does.turn(this.page - 1));
  next = tool('Next page', 'M9 5l7 7-7 7', () => this.does.turn(this.page + 1));
  number = make('input', {
    type: 'text',
    inputmode: 'numeric',
    class: 'page-number',
    'aria-label': 'Page',
  });
  count = make('span', { class: 'small' });
  percent = make('button', { type: 'button', class: 'tool percent', title: 'Fit the width' });
  image = make('img', { alt: '', draggable: 'false' });
  svg = draw('svg', {
    class: 'boxes',
    viewBox: '0 0 1 1',
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  tags = make('div', { class: 'box-tags', 'aria-hidden': 'true' });
  turner = make('div', { class: 'turner' }, this.image, this.svg, this.tags);
  sheet = make('div', { class: 'sheet' }, this.turner);
  trouble = make('p', { class: 'error sheet-error', role: 'alert', hidden: '' });
  stage = make(
    'div',
    { class: 'stage', tabindex: '0', role: 'group', 'aria-label': 'Picture of the page' },
    this.trouble,
    this.sheet,
  );

  /**
   * @param {HTMLElement} root
   * @param {import('./selection.js').Selection} selection
   * @param {{ turn: (page: number) => void, layers: () => void }} does
   */
  constructor(root, selection, does) {
    this.root = root;
    this.selection = selection;
    this.does = does;
    this.zoom = 1;
    this.turned = 0; // quarters clockwise that the picture is shown turned by
    this.shape = A4;
    this.page = 1;
    this.pageCount = 0;
    /** @type {Picture | null} */
    this.picture = null;
    this.layers = { boxes: true, words: false, layout: false };
    /** @type {Map<string, SVGElement[]>} */
    this.drawn = new Map();
    this.#build();
    this.#listen();
  }

  #build() {
    this.percent.addEventListener('click', () => this.#zoomTo(1));
    this.root.replaceChildren(
      make(
        'div',
        { class: 'tools', role: 'toolbar', 'aria-label': 'Page' },
        this.previous,
        make('span', { class: 'turning' }, this.number, this.count),
        this.next,
        make('span', { class: 'gap' }),
        tool('Zoom out', 'M5 12h14', () => this.#zoomBy(-1)),
        this.percent,
        tool('Zoom in', 'M12 5v14M5 12h14', () => this.#zoomBy(1)),
        tool('Turn', 'M4 12a8 8 0 1 0 3-6.2M7 2v4h4', () => this.turnPicture(this.turned + 1)),
        make('span', { class: 'gap' }),
        this.#layer('boxes', 'Boxes'),
        this.#layer('words', 'Words'),
        this.#layer('layout', 'Layout'),
      ),
      this.stage,
    );
  }

  /** @param {'boxes' | 'words' | 'layout'} name @param {string} label */
  #layer(name, label) {
    const pressed = () => String(this.layers[name]);
    const element = make(
      'button',
      { type: 'button', class: 'tool toggle', 'aria-pressed': pressed() },
      label,
    );
    element.addEventListener('click', () => {
      this.layers[name] = !this.layers[name];
      element.setAttribute('aria-pressed', pressed());
      this.does.layers();
    });
    return element;
  }

  #listen() {
    const { svg, selection, stage } = this;
    /** @param {Event} event */
    const idOf = (event) =>
      event.target instanceof SVGElement ? (event.target.dataset.id ?? null) : null;
    svg.addEventListener('pointerover', (event) => selection.point(idOf(event), 'page'));
    svg.addEventListener('pointerleave', () => selection.point(null, 'page'));
    svg.addEventListener('click', (event) => {
      const id = idOf(event);
      if (id) selection.choose(id, 'page');
    });
    selection.addEventListener('over', () => this.#mark());
    selection.addEventListener('chosen', () => this.#mark());
    this.image.addEventListener('load', () => this.#loaded());
    this.image.addEventListener('error', () => this.#failed());
    this.number.addEventListener('change', () => this.#typed());
    stage.addEventListener('keydown', (event) => this.#key(event));
    new ResizeObserver(() => this.#fit()).observe(stage);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') this.#zoomBy(1);
    else if (event.key === '-') this.#zoomBy(-1);
    else if (event.key === '0') this.#zoomTo(1);
    else if (event.key === 'PageDown') this.does.turn(this.page + 1);
    else if (event.key === 'PageUp') this.does.turn(this.page - 1);
    else return;
    event.preventDefault();
  }

  #typed() {
    const page = Number.parseInt(this.number.value, 10);
    if (page >= 1 && page <= this.pageCount) this.does.turn(page);
    else this.number.value = String(this.page);
  }

  /** Show a page's picture. @param {number} page @param {number} count @param {Picture} picture */
  show(page, count, picture) {
    const { number, previous, next } = this;
    const other = this.picture?.alt !== picture.alt;
    this.page = page;
    this.pageCount = count;
    this.picture = picture;
    number.value = String(page);
    this.count.textContent = count ? `of ${count}` : '';
    previous.disabled = page <= 1;
    next.disabled = page >= count;
    if (other) {
      this.sheet.classList.add('loading');
      this.#setShapes([]);
      this.stage.scrollTop = 0;
    }
    this.image.alt = picture.alt;
    this.#fit();
  }

  /** Nothing is shown. */
  clear() {
    this.picture = null;
    this.zoom = 1;
    this.turned = 0;
    this.shape = A4;
    this.image.removeAttribute('src');
    this.#setShapes([]);
    this.#say('');
  }

  /** @param {number} quarters   clockwise */
  turnPicture(quarters) {
    this.turned = ((quarters % 4) + 4) % 4;
    this.#fit();
  }

  /** @param {number} by */
  #zoomBy(by) {
    const nearest = ZOOMS.reduce((a, b) =>
      Math.abs(b - this.zoom) < Math.abs(a - this.zoom) ? b : a,
    );
    this.#zoomTo(ZOOMS[ZOOMS.indexOf(nearest) + by] ?? this.zoom);
  }

  /** The middle of what is seen stays there. @param {number} zoom */
  #zoomTo(zoom) {
    const { stage } = this;
    const x = (stage.scrollLeft + stage.clientWidth / 2) / Math.max(1, stage.scrollWidth);
    const y = (stage.scrollTop + stage.clientHeight / 2) / Math.max(1, stage.scrollHeight);
    this.zoom = zoom;
    this.#fit();
    stage.scrollLeft = x * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = y * stage.scrollHeight - stage.clientHeight / 2;
  }

  /** Size the sheet to the stage, and ask for a picture that is sharp there. */
  #fit() {
    if (!this.picture) return;
    const styles = getComputedStyle(this.stage);
    const padding = parseFloat(styles.paddingLeft) + parseFloat(styles.paddingRight);
    const sideways = this.turned % 2 === 1;
    const seen = sideways ? 1 / this.shape : this.shape;
    const fitting = Math.min(
      this.stage.clientWidth - padding,
      (TALLEST * this.stage.clientHeight) / seen,
    );
    const across = Math.max(120, fitting * this.zoom);
    // Before it is turned, the picture's width is what stands upright.
    const width = sideways ? across / this.shape : across;
    const height = width * this.shape;
    this.sheet.style.width = `${across}px`;
    this.sheet.style.height = `${sideways ? width : height}px`;
    this.turner.style.width = `${width}px`;
    this.turner.style.height = `${height}px`;
    this.turner.style.transform = `translate(-50%, -50%) rotate(${this.turned * 90}deg)`;
    this.percent.textContent = `${Math.round(this.zoom * 100)} %`;
    this.percent.setAttribute(
      'aria-label',
      `Zoom ${Math.round(this.zoom * 100)} percent; fit the width`,
    );
    const wanted = width * (globalThis.devicePixelRatio || 1);
    const step = WIDTHS.find((w) => w >= wanted) ?? WIDTHS[WIDTHS.length - 1];
    const address = this.picture.address(step);
    if (this.image.getAttribute('src') !== address) this.image.src = address;
  }

  #loaded() {
    this.sheet.classList.remove('loading');
    this.#say('');
    const shape = this.image.naturalHeight / this.image.naturalWidth;
    if (Math.abs(shape - this.shape) < 0.001) return;
    this.shape = shape;
    this.#fit();
  }

  /** The address tells why, to whoever fetches it. */
  async #failed() {
    const address = this.image.getAttribute('src');
    if (!address) return;
    this.sheet.classList.remove('loading');
    try {
      const response = await fetch(address, { credentials: 'omit' });
      const body = response.ok ? null : await response.json();
      this.#say(
        body?.message
          ? `The picture cannot be shown: ${body.message}.`
          : 'The picture cannot be shown.',
      );
    } catch {
      this.#say('Quern does not answer. Is it running, and the network up?');
    }
  }

  /** @param {string} text */
  #say(text) {
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
    this.sheet.hidden = text !== '';
  }

  /** Draw these outlines, later ones over earlier ones. @param {Shape[]} shapes */
  setShapes(shapes) {
    this.#setShapes(shapes);
    this.#mark();
  }

  /** @param {Shape[]} shapes */
  #setShapes(shapes) {
    this.drawn.clear();
    this.tags.replaceChildren(...shapes.flatMap(tagOf));
    this.svg.replaceChildren(
      ...shapes.map(({ id, place, kind, state = '' }) => {
        const element = draw('polygon', {
          points: points(place),
          class: `${kind} ${state}`.trim(),
          'data-id': id,
        });
        this.drawn.set(id, [...(this.drawn.get(id) ?? []), element]);
        return element;
      }),
    );
  }

  /** Light up what is pointed at and what is chosen. */
  #mark() {
    const { over, chosen, from } = this.selection;
    for (const element of this.svg.querySelectorAll('.over, .chosen')) {
      element.classList.remove('over', 'chosen');
    }
    const mark = (/** @type {string | null} */ id, /** @type {string} */ name) => {
      const elements = (id && this.drawn.get(id)) || [];
      for (const element of elements) element.classList.add(name);
      return elements;
    };
    const shown = [...mark(chosen, 'chosen'), ...mark(over, 'over')];
    if (shown.length > 0 && from === 'panel') this.#reveal(shown[shown.length - 1]);
  }

  /** Scroll the stage, and only it, to the shape. @param {SVGElement} element */
  #reveal(element) {
    const box = element.getBoundingClientRect();
    const view = this.stage.getBoundingClientRect();
    const margin = 48;
    if (box.top < view.top + margin) this.stage.scrollTop += box.top - view.top - margin;
    else if (box.bottom > view.bottom - margin)
      this.stage.scrollTop += box.bottom - view.bottom + margin;
    if (box.left < view.left + margin) this.stage.scrollLeft += box.left - view.left - margin;
    else if (box.right > view.right - margin)
      this.stage.scrollLeft += box.right - view.right + margin;
  }
}

/**
 * By how many quarters the text of a page stands turned clockwise in its picture.
 * @param {Item[]} lines
 */
export function textTurn(lines) {
  const votes = [0, 0, 0, 0];
  for (const { place, text } of lines) {
    if (place.length < 4 || text.length < 3) continue;
    const [dx, dy] = [place[1].X - place[0].X, place[1].Y - place[0].Y];
    votes[Math.abs(dx) >= Math.abs(dy) ? (dx >= 0 ? 0 : 2) : dy >= 0 ? 1 : 3] += text.length;
  }
  return votes.indexOf(Math.max(...votes));
}
