#!/usr/bin/env python3
"""The spam filter of examples/spam, trained and asked as its README says.

usage: comprehend_spam.py [SMSSpamCollection.tsv]    (or $QUERN_SMS_SPAM; else a small part of it, tests/data)

Five times every fifth message is held out; repeated messages count once.
"""
import os
import pathlib
import sys
import time

from harness import ROOT, Suite, main

sys.path.insert(0, str(ROOT / 'examples' / 'spam'))
GIVEN = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1].endswith('.tsv') else os.environ.get('QUERN_SMS_SPAM')
DATA = pathlib.Path(GIVEN) if GIVEN else ROOT / 'tests' / 'data' / 'sms_spam.tsv'
WANTED = 0.95 if GIVEN else 0.85   # F1 of spam; from an eighth of the messages less can be learnt


class Spam(Suite):
    def fold(self, f, rows, k):
        """Learn without every fifth message, from the k-th on; the labels of those, and what is said of them."""
        held = rows[k::5]
        start = time.monotonic()
        made = f.train([r for n, r in enumerate(rows) if n % 5 != k])
        took = time.monotonic() - start
        start = time.monotonic()
        said = [f.ask(text)[0] for _, text in held]
        each = (time.monotonic() - start) / len(held)
        truth = [label for label, _ in held]
        print(f'# {len(rows) - len(held)} learnt in {took:.1f} s, {len(held)} asked in {each * 1000:.1f} ms each: '
              'precision %.4f, recall %.4f, F1 %.4f; ' % self.spam.measure(truth, said) +
              f'its own measure {made["ClassifierMetadata"]["EvaluationMetrics"]["F1Score"]:.4f}')
        if k == 0:
            self.assertEqual(f.ask_all([text for _, text in held]), said)
        return truth, said

    def test_the_filter(self):
        import spam
        self.spam = spam
        rows = [list(r) for r in dict.fromkeys(map(tuple, spam.messages(DATA)))]
        os.environ.update(AWS_ACCESS_KEY_ID=self.server.access_key, AWS_SECRET_ACCESS_KEY=self.server.secret_key,
                          AWS_DEFAULT_REGION='us-east-1')
        f = spam.Filter(self.server.endpoint)
        truth, said = [], []
        for k in range(5):   # each time a further version behind the same endpoint
            t, s = self.fold(f, rows, k)
            truth += t
            said += s
        precision, recall, f1 = spam.measure(truth, said)
        print(f'# every message held out once: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}')
        self.assertGreaterEqual(f1, WANTED)


main(Spam)
