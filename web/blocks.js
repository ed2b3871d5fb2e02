// From the reading API's replies to what is shown: items with a text, a place
// and a confidence, page by page.

/**
 * @typedef {import('./textract.js').Block} Block
 * @typedef {import('./textract.js').Point} Point
 * @typedef {import('./textract.js').Geometry} Geometry
 * @typedef {import('./textract.js').ExpenseDocument} ExpenseDocument
 * @typedef {import('./textract.js').ExpenseField} ExpenseField
 *
 * @typedef {'WORD' | 'LINE' | 'FORM' | 'CELL' | 'LAYOUT' | 'ANSWER' | 'SUMMARY' | 'ITEM'} Part
 *
 * @typedef {object} Item        something that was read, with one value
 * @property {string} id         in this document
 * @property {Part} part
 * @property {number} page       from 1
 * @property {string} type       "INVOICE_RECEIPT_ID", "LAYOUT_TITLE"; '' without one
 * @property {string} label      as the document has it, or ''
 * @property {string} text       as it was read
 * @property {number} confidence 0 to 100: the least of what the reply says of it
 * @property {number} stated     the one that tables of it state
 * @property {string} currency   code, or ''
 * @property {Point[]} place     corners, in fractions of the page; none: it has no place
 * @property {Point[]} labelPlace
 * @property {string[]} blocks   of the reply that hold the text, in order
 * @property {boolean} [tick]    a box that is ticked or not: the text says which
 *
 * @typedef {object} Cell
 * @property {Item} item
 * @property {number} row        from 0
 * @property {number} column
 * @property {number} rowSpan
 * @property {number} columnSpan
 * @property {boolean} header
 *
 * @typedef {object} Table
 * @property {string} id
 * @property {number} page
 * @property {string} title
 * @property {number} rows
 * @property {number} columns
 * @property {number} confidence
 * @property {Point[]} place
 * @property {Cell[]} cells
 *
 * @typedef {object} PageModel
 * @property {number} number     from 1
 * @property {Item[]} words
 * @property {Item[]} lines      in reading order
 * @property {Item[]} forms
 * @property {Table[]} tables
 * @property {Item[]} layout
 * @property {Item[]} answers    label: the question
 *
 * @typedef {object} ExpenseModel
 * @property {Item[]} summary
 * @property {LineItems[]} groups
 *
 * @typedef {object} LineItems   of one table of goods
 * @property {Item[][]} rows     their fields
 */

/** @param {Partial<Geometry>} [geometry] @returns {Point[]} */
export function corners(geometry) {
  if (geometry?.Polygon?.length) return geometry.Polygon;
  const box = geometry?.BoundingBox;
  if (!box) return [];
  const [right, bottom] = [box.Left + box.Width, box.Top + box.Height];
  return [
    { X: box.Left, Y: box.Top },
    { X: right, Y: box.Top },
    { X: right, Y: bottom },
    { X: box.Left, Y: bottom },
  ];
}

/** One page's blocks, by number and relation. */
class Graph {
  /** @param {Block[]} blocks */
  constructor(blocks) {
    this.blocks = blocks;
    this.byId = new Map(blocks.map((block) => [block.Id, block]));
  }

  /** @param {Block} block @param {string} type */
  related(block, type) {
    const ids = (block.Relationships ?? []).filter((r) => r.Type === type).flatMap((r) => r.Ids);
    return ids.flatMap((id) => this.byId.get(id) ?? []);
  }

  /** @param {string} type */
  ofType(type) {
    return this.blocks.filter((block) => block.BlockType === type);
  }

  /** The words and ticks that a block's text is made of. @param {Block} block @returns {Block[]} */
  leaves(block) {
    return this.related(block, 'CHILD').flatMap((child) =>
      child.BlockType === 'LINE' || child.BlockType.startsWith('LAYOUT_')
        ? this.leaves(child)
        : [child],
    );
  }

  /** @param {Block} block */
  text(block) {
    return this.leaves(block)
      .map((leaf) => leaf.Text ?? tickText(leaf))
      .filter(Boolean)
      .join(' ');
  }
}

/** @param {Block} block */
const tickText = (block) =>
  block.BlockType === 'SELECTION_ELEMENT'
    ? block.SelectionStatus === 'SELECTED'
      ? '[x]'
      : '[ ]'
    : '';

/**
 * @param {Part} part @param {Block} block @param {number} page @param {Partial<Item>} rest
 * @returns {Item}
 */
const itemOf = (part, block, page, rest) => ({
  id: block.Id,
  part,
  page,
  type: '',
  label: '',
  text: block.Text ?? '',
  confidence: block.Confidence ?? 100,
  stated: block.Confidence ?? 100,
  currency: '',
  place: corners(block.Geometry),
  labelPlace: [],
  blocks: [block.Id],
  ...rest,
});

/** @param {Graph} graph @param {number} page @returns {Item[]} */
function formsOf(graph, page) {
  return graph
    .ofType('KEY_VALUE_SET')
    .filter((block) => block.EntityTypes?.includes('KEY'))
    .map((key) => {
      const [value] = graph.related(key, 'VALUE');
      const leaves = value ? graph.leaves(value) : [];
      return itemOf('FORM', key, page, {
        label: graph.text(key),
        text: value ? graph.text(value) : '',
        confidence: Math.min(key.Confidence ?? 100, value?.Confidence ?? 100),
        stated: value?.Confidence ?? key.Confidence ?? 100,
        place: corners(value?.Geometry),
        labelPlace: corners(key.Geometry),
        blocks: leaves.map((leaf) => leaf.Id),
        tick: leaves.some((leaf) => leaf.BlockType === 'SELECTION_ELEMENT'),
      });
    });
}

/** @param {Graph} graph @param {Block} block @param {number} page @returns {Cell} */
function cellOf(graph, block, page) {
  const leaves = graph.leaves(block);
  return {
    item: itemOf('CELL', block, page, {
      text: graph.text(block),
      blocks: leaves.map((leaf) => leaf.Id),
    }),
    row: (block.RowIndex ?? 1) - 1,
    column: (block.ColumnIndex ?? 1) - 1,
    rowSpan: block.RowSpan ?? 1,
    columnSpan: block.ColumnSpan ?? 1,
    header: block.EntityTypes?.includes('COLUMN_HEADER') ?? false,
  };
}

/**
 * Merged cells stand for those they cover.
 * @param {Graph} graph @param {Block} block @param {number} page
 */
function tableOf(graph, block, page) {
  const merged = graph.related(block, 'MERGED_CELL');
  const covered = new Set(merged.flatMap((cell) => graph.related(cell, 'CHILD').map((c) => c.Id)));
  const plain = graph
    .related(block, 'CHILD')
    .filter((cell) => cell.BlockType === 'CELL' && !covered.has(cell.Id))
    .map((cell) => cellOf(graph, cell, page));
  const spanning = merged.map((cell) => {
    const parts = graph.related(cell, 'CHILD');
    const leaves = parts.flatMap((part) => graph.leaves(part));
    const made = cellOf(graph, cell, page);
    made.item.text = parts
      .map((part) => graph.text(part))
      .filter(Boolean)
      .join(' ');
    made.item.blocks = leaves.map((leaf) => leaf.Id);
    made.header ||= parts.some((part) => part.EntityTypes?.includes('COLUMN_HEADER'));
    return made;
  });
  const cells = [...plain, ...spanning].sort((a, b) => a.row - b.row || a.column - b.column);
  return {
    id: block.Id,
    page,
    title: graph
      .related(block, 'TABLE_TITLE')
      .map((title) => graph.text(title))
      .join(' '),
    rows: Math.max(0, ...cells.map((cell) => cell.row + cell.rowSpan)),
    columns: Math.max(0, ...cells.map((cell) => cell.column + cell.columnSpan)),
    confidence: block.Confidence ?? 100,
    place: corners(block.Geometry),
    cells,
  };
}

/** @param {Graph} graph @param {number} page @returns {Item[]} */
function answersOf(graph, page) {
  return graph.ofType('QUERY').flatMap((query) => {
    const label = query.Query?.Text ?? '';
    return graph
      .related(query, 'ANSWER')
      .map((answer) => itemOf('ANSWER', answer, page, { label, type: query.Query?.Alias ?? '' }));
  });
}

/**
 * Everything on one page.
 * @param {Block[]} blocks   of that page alone
 * @param {number} number
 * @returns {PageModel}
 */
export function pageModel(blocks, number) {
  const graph = new Graph(blocks);
  const plain = (/** @type {Block} */ block, /** @type {Part} */ part) =>
    itemOf(part, block, number, {});
  return {
    number,
    words: graph.ofType('WORD').map((block) => plain(block, 'WORD')),
    lines: graph
      .ofType('LINE')
      .map((block) =>
        itemOf('LINE', block, number, { blocks: graph.leaves(block).map((leaf) => leaf.Id) }),
      ),
    forms: formsOf(graph, number),
    tables: graph.ofType('TABLE').map((block) => tableOf(graph, block, number)),
    layout: blocks
      .filter((block) => block.BlockType.startsWith('LAYOUT_'))
      .map((block) =>
        itemOf('LAYOUT', block, number, { type: block.BlockType, text: graph.text(block) }),
      ),
    answers: answersOf(graph, number),
  };
}

/**
 * @param {ExpenseField} field @param {Part} part @param {string} id
 * @returns {Item}
 */
const fieldItem = (field, part, id) => ({
  id,
  part,
  page: field.PageNumber ?? 1,
  type: field.Type?.Text ?? 'OTHER',
  label: field.LabelDetection?.Text ?? '',
  text: field.ValueDetection?.Text ?? '',
  confidence: Math.min(field.Type?.Confidence ?? 100, field.ValueDetection?.Confidence ?? 100),
  stated: field.Type?.Confidence ?? 100,
  currency: field.Currency?.Code ?? '',
  place: corners(field.ValueDetection?.Geometry),
  labelPlace: corners(field.LabelDetection?.Geometry),
  blocks: [],
});

/** @param {ExpenseDocument[]} documents @returns {ExpenseModel} */
export function expenseModel(documents) {
  const summary = documents.flatMap((document, d) =>
    (document.SummaryFields ?? []).map((field, f) => fieldItem(field, 'SUMMARY', `s${d}.${f}`)),
  );
  const groups = documents.flatMap((document, d) =>
    (document.LineItemGroups ?? []).map((group, g) => {
      const rows = (group.LineItems ?? []).map((row, r) =>
        (row.LineItemExpenseFields ?? []).map((field, f) =>
          fieldItem(field, 'ITEM', `i${d}.${g}.${r}.${f}`),
        ),
      );
      return { rows };
    }),
  );
  return { summary, groups };
}

/**
 * Where a summary field of that type stands; the surest if there are several.
 * @param {ExpenseModel} model @param {...string} types   in order of preference
 */
export function fieldOf(model, ...types) {
  for (const type of types) {
    const found = model.summary.filter((item) => item.type === type);
    if (found.length) return found.reduce((a, b) => (b.confidence > a.confidence ? b : a));
  }
  return null;
}
