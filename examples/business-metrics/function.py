"""The function behind BusinessMetricsBot: revenue from a table, tickets into another.

One SQLite file holds both, metrics.db in the folder that BUSINESS_METRICS_FOLDER names (default:
this one). It is made with a year of numbers when it is not there.
"""
import os
import pathlib
import sqlite3

FOLDER = pathlib.Path(os.environ.get('BUSINESS_METRICS_FOLDER', pathlib.Path(__file__).parent))

SCHEMA = '''
CREATE TABLE IF NOT EXISTS revenue (region TEXT, quarter TEXT, dollars INTEGER, PRIMARY KEY (region, quarter));
CREATE TABLE IF NOT EXISTS ticket (
    id INTEGER PRIMARY KEY, user TEXT NOT NULL, question TEXT NOT NULL, email TEXT,
    opened TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
'''
NUMBERS = {'eastern': (410, 432, 455, 501), 'western': (620, 602, 640, 688),
           'northern': (220, 231, 219, 247), 'southern': (305, 318, 342, 360)}


def database():
    db = sqlite3.connect(FOLDER / 'metrics.db', timeout=10)
    db.executescript(SCHEMA)
    with db:
        db.executemany('INSERT OR IGNORE INTO revenue VALUES (?, ?, ?)',
                       [(region, f'Q{n}', 1000 * value) for region, values in NUMBERS.items()
                        for n, value in enumerate(values, 1)])
    return db


def close(event, text, state='Fulfilled'):
    return {'sessionAttributes': event['sessionAttributes'],
            'dialogAction': {'type': 'Close', 'fulfillmentState': state,
                             'message': {'contentType': 'PlainText', 'content': text}}}


def revenue(db, event, column, value):
    total, = db.execute(f'SELECT sum(dollars) FROM revenue WHERE {column} = ?', (value,)).fetchone()
    if total is None:
        return close(event, f'There are no numbers for {value}.', 'Failed')
    where = f'in {value}' if column == 'quarter' else f'in the {value} region'
    return close(event, f'The revenue {where} was ${total:,}.')


def open_ticket(db, event):
    """What the bot does not understand is for a person; ask where to send the answer."""
    with db:
        ticket = db.execute('INSERT INTO ticket (user, question) VALUES (?, ?)',
                            (event['userId'], event['inputTranscript'])).lastrowid
    return {'sessionAttributes': {**event['sessionAttributes'], 'ticket': str(ticket)},
            'dialogAction': {
                'type': 'ElicitSlot', 'intentName': 'ContactDetails', 'slotToElicit': 'email',
                'slots': {'email': None},
                'message': {'contentType': 'PlainText', 'content':
                            'I do not have that at hand. I have asked an operator to look into it. '
                            'What is your e-mail address?'}}}


def add_address(db, event):
    ticket, email = event['sessionAttributes'].get('ticket'), event['currentIntent']['slots']['email']
    if not ticket:
        return close(event, f'Thank you, I have noted {email}.')
    with db:
        db.execute('UPDATE ticket SET email = ? WHERE id = ?', (email, int(ticket)))
    return close(event, f'Thank you. The answer to ticket {ticket} will be sent to {email}.')


def handler(event, context):
    db = database()
    intent = event['currentIntent']
    try:
        if intent['name'] == 'RegionDetails':
            return revenue(db, event, 'region', intent['slots']['region'])
        if intent['name'] == 'QuarterDetails':
            return revenue(db, event, 'quarter', intent['slots']['quarter'])
        if intent['name'] == 'ContactDetails':
            return add_address(db, event)
        return open_ticket(db, event)
    finally:
        db.close()
