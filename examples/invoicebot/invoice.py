"""What AnalyzeExpense answered, as invoices: numbers, totals, line items, text.

Pure functions on its JSON; nothing here calls a service.
"""
import decimal
import re

SYMBOLS = {'USD': '$', 'EUR': '€', 'GBP': '£', 'JPY': '¥', 'INR': '₹'}
TOTAL_TYPES = ('TOTAL', 'AMOUNT_DUE', 'SUBTOTAL')
NOTE_LABELS = re.compile(r'\b(notes?|comments?|remarks?|memo|terms|description|reference)\b', re.I)


def parse_amount(text):
    """ "1,500.00", "$2100.0", "1.234,56 EUR", "(45.00)" as a Decimal; None without a number. """
    found = re.search(r'\d[\d.,\' \u00a0]*', text or '')
    if not found:
        return None
    digits = re.sub(r"[' \u00a0]", '', found.group()).rstrip('.,')
    last = max(digits.rfind('.'), digits.rfind(','))
    tail = len(digits) - last - 1
    if last >= 0 and (tail != 3 or digits[last] not in ',.' or digits.startswith('0')):
        whole, fraction = re.sub(r'[.,]', '', digits[:last]), digits[last + 1:]
    else:   # groups of three, or no separator at all
        whole, fraction = re.sub(r'[.,]', '', digits), ''
    value = decimal.Decimal(f'{whole or 0}.{fraction or 0}')
    before, after = text[:found.start()], text[found.end():]
    negative = '(' in before or '-' in before or after.strip().startswith('-')
    return -value if negative else value


def amount_text(value, currency):
    """ Decimal('2100.00'), 'USD' -> "$2100.0" """
    number = str(float(value))
    if not currency:
        return number
    symbol = SYMBOLS.get(currency)
    return symbol + number if symbol else f'{number} {currency}'


def one_line(text):
    return ' '.join((text or '').split())


def _value(field):
    return one_line(field.get('ValueDetection', {}).get('Text'))


def _label(field):
    return one_line(field.get('LabelDetection', {}).get('Text'))


def _type(field):
    return field.get('Type', {}).get('Text', 'OTHER')


def _best(fields, kind):
    """The field of that type that the service is surest of, with a value."""
    of_kind = [f for f in fields if _type(f) == kind and _value(f)]
    return max(of_kind, key=lambda f: f['Type'].get('Confidence', 0), default=None)


def _currency(field):
    code = field.get('Currency', {}).get('Code')
    if code:
        return code
    text = field.get('ValueDetection', {}).get('Text', '')
    for code, symbol in SYMBOLS.items():
        if symbol in text or re.search(rf'\b{code}\b', text):
            return code
    return ''


def _line_item(fields, invoice_date):
    first = {}
    for field in fields:
        first.setdefault(_type(field), field)
    date = next((_value(f) for f in fields if _type(f) == 'OTHER' and 'date' in _label(f).lower()), '')
    item = _value(first.get('ITEM', {})) or _value(first.get('PRODUCT_CODE', {}))
    price = first.get('PRICE') or first.get('UNIT_PRICE') or {}
    cells = [_value(f) for f in fields if _type(f) != 'EXPENSE_ROW' and _value(f)]
    row = ', '.join(cells) or _value(first.get('EXPENSE_ROW', {}))
    return {'date': date or invoice_date, 'item': item or row, 'charge': _value(price), 'row': row}


def invoices_of(answer, name):
    """The invoices in AnalyzeExpense's answer about the file `name`; [] when there is none in it.

    An invoice is a document that names an amount and also says what for or who from.
    """
    return [invoice for document in answer.get('ExpenseDocuments', [])
            for invoice in [_invoice(document, name)] if invoice]


def _invoice(document, name):
    fields = document.get('SummaryFields', [])
    total = next((f for f in (_best(fields, kind) for kind in TOTAL_TYPES)
                  if f and parse_amount(_value(f)) is not None), None)
    number = _best(fields, 'INVOICE_RECEIPT_ID')
    date = _best(fields, 'INVOICE_RECEIPT_DATE')
    vendor = _best(fields, 'VENDOR_NAME')
    invoice_date = _value(date) if date else ''
    items = [_line_item(item.get('LineItemExpenseFields', []), invoice_date)
             for group in document.get('LineItemGroups', []) for item in group.get('LineItems', [])]
    if not total or not (number or date or vendor or items):
        return None
    return {
        'name': name,
        'number': _value(number) if number else name,
        'date': invoice_date,
        'vendor': _value(vendor) if vendor else '',
        'total': parse_amount(_value(total)),
        'currency': _currency(total),
        'items': items,
        'notes': [_value(f) for f in fields
                  if _value(f) and (_type(f) == 'PAYMENT_TERMS' or
                                    _type(f) == 'OTHER' and NOTE_LABELS.search(_label(f)))]}


def notes_text(invoice, limit):
    """Its rows and remarks as text to look for key phrases in, at most `limit` bytes of UTF-8."""
    parts = [item['row'] for item in invoice['items']] + invoice['notes']
    text = ''
    for part in parts:
        longer = f'{text}{part}. '
        if len(longer.encode()) > limit:
            break
        text = longer
    return text.strip()


def same_number(a, b):
    """Whether two spellings mean one invoice: "35678-9", "35678 9", "#35678-9"."""
    def plain(text):
        return re.sub(r'[^0-9a-z]', '', text.lower())
    return plain(a) == plain(b) != ''
