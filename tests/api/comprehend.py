"""Comprehend's operations on texts in a request, through boto3 and the aws CLI."""
import json

from botocore.exceptions import ClientError
from harness import Suite, main

TEXT = 'Invoice 35678-9 of 5/10/2019: Acme Ltd. charges $2,100.00.'


class Comprehend(Suite):
    def setUp(self):
        self.comprehend = self.client('comprehend')

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response['Error']

    def test_entities(self):
        found = self.comprehend.detect_entities(Text=TEXT, LanguageCode='en')['Entities']
        self.assertEqual([(e['Type'], e['Text']) for e in found],
                         [('OTHER', '35678-9'), ('DATE', '5/10/2019'), ('ORGANIZATION', 'Acme Ltd.'),
                          ('QUANTITY', '$2,100.00')])
        for e in found:
            self.assertEqual(TEXT[e['BeginOffset']:e['EndOffset']], e['Text'])
            self.assertTrue(0 < e['Score'] <= 1)

    def test_key_phrases(self):
        found = self.comprehend.detect_key_phrases(Text='The old mill grinds our own grain.',
                                                   LanguageCode='en')['KeyPhrases']
        self.assertEqual([p['Text'] for p in found], ['The old mill', 'our own grain'])

    def test_offsets_are_code_points(self):
        text = '\U0001F600 日本 שלום — naïve café on 5/10/2019'
        [date] = [e for e in self.comprehend.detect_entities(Text=text, LanguageCode='en')['Entities']
                  if e['Type'] == 'DATE']
        self.assertEqual(text[date['BeginOffset']:date['EndOffset']], '5/10/2019')

    def test_other_languages_are_named(self):
        for language in ('es', 'zh-TW'):
            error = self.refused(self.comprehend.detect_entities, Text='hola', LanguageCode=language)
            self.assertEqual(error['Code'], 'UnsupportedLanguageException')
            self.assertIn('in texts in en', error['Message'])
        error = self.refused(self.comprehend.detect_entities, Text='x', LanguageCode='xx')
        self.assertEqual(error['Code'], 'InvalidRequestException')

    def test_texts_of_all_kinds(self):
        calls = (self.comprehend.detect_entities, self.comprehend.detect_key_phrases, self.comprehend.detect_sentiment,
                 self.comprehend.detect_syntax, self.comprehend.detect_pii_entities)
        for text in ('a' * 5000, '\0', '\u200d\u0301', '\U0001F469\u200D\U0001F680 ok', 'שלום עולם 123', '東京' * 800,
                     'a-' * 2000, '... !!! ???', 'x\n' * 2000, '1' * 5000):
            for call in calls:
                said = call(Text=text, LanguageCode='en')
                for e in said.get('Entities', []) + said.get('KeyPhrases', []) + said.get('SyntaxTokens', []):
                    self.assertTrue(0 <= e['BeginOffset'] < e['EndOffset'] <= len(text))
            self.comprehend.detect_dominant_language(Text=text)

    def test_size(self):
        call = self.comprehend.detect_key_phrases
        call(Text='word ' * 20000, LanguageCode='en')
        self.assertEqual(self.refused(call, Text='a' * 100001, LanguageCode='en')['Code'],
                         'TextSizeLimitExceededException')
        self.assertEqual(self.refused(call, Text='  ', LanguageCode='en')['Code'],
                         'InvalidRequestException')

    def test_dominant_language(self):
        for text, code in (('Wir haben gestern die alte Mühle am Fluss besucht und Mehl gekauft.', 'de'),
                           ('Nous avons visité le vieux moulin au bord de la rivière hier après-midi.', 'fr'),
                           ('昨日、川のそばにある古い水車小屋を訪れました。', 'ja'),
                           ('Мы вчера посетили старую мельницу у реки.', 'ru')):
            found = self.comprehend.detect_dominant_language(Text=text)['Languages']
            self.assertEqual(found[0]['LanguageCode'], code)
            self.assertGreater(found[0]['Score'], 0.5)
            self.assertLessEqual(sum(l['Score'] for l in found), 1.001)
        self.assertEqual(self.comprehend.detect_dominant_language(Text='1234 !?')['Languages'], [])
        said = self.comprehend.batch_detect_dominant_language(TextList=['the old mill by the river', ' '])
        self.assertEqual(said['ResultList'][0]['Languages'][0]['LanguageCode'], 'en')
        self.assertEqual([e['Index'] for e in said['ErrorList']], [1])

    def test_sentiment(self):
        for text, sentiment in (('I love this mill, the flour is wonderful and the people are great.', 'POSITIVE'),
                                ('The bread was awful, stale and overpriced. I hate it.', 'NEGATIVE')):
            said = self.comprehend.detect_sentiment(Text=text, LanguageCode='en')
            self.assertEqual(said['Sentiment'], sentiment)
            self.assertEqual(set(said['SentimentScore']), {'Mixed', 'Negative', 'Neutral', 'Positive'})
            self.assertAlmostEqual(sum(said['SentimentScore'].values()), 1, 4)
        self.assertEqual(self.refused(self.comprehend.detect_sentiment, Text='a ' * 2501, LanguageCode='en')['Code'],
                         'TextSizeLimitExceededException')

    def test_targeted_sentiment(self):
        text = 'The bread was wonderful, but the service was awful.'
        found = self.comprehend.detect_targeted_sentiment(Text=text, LanguageCode='en')['Entities']
        said = {m['Text']: m['MentionSentiment']['Sentiment'] for e in found for m in e['Mentions']}
        self.assertEqual((said.get('bread'), said.get('service')), ('POSITIVE', 'NEGATIVE'), said)
        for e in found:
            self.assertLess(e['DescriptiveMentionIndex'][0], len(e['Mentions']))
            for m in e['Mentions']:
                self.assertEqual(text[m['BeginOffset']:m['EndOffset']], m['Text'])

    def test_syntax(self):
        text = '\U0001F600 The old mill grinds our grain.'
        found = self.comprehend.detect_syntax(Text=text, LanguageCode='en')['SyntaxTokens']
        words = [t for t in found if t['Text'].isalpha()]
        self.assertEqual([(t['Text'], t['PartOfSpeech']['Tag']) for t in words],
                         [('The', 'DET'), ('old', 'ADJ'), ('mill', 'NOUN'), ('grinds', 'VERB'), ('our', 'PRON'),
                          ('grain', 'NOUN')])
        self.assertEqual([t['TokenId'] for t in found], list(range(1, len(found) + 1)))
        for t in found:
            self.assertEqual(text[t['BeginOffset']:t['EndOffset']], t['Text'])
        error = self.refused(self.comprehend.detect_syntax, Text='alt', LanguageCode='de')
        self.assertEqual(error['Code'], 'UnsupportedLanguageException')

    def test_personal_data(self):
        text = 'Write to ada@example.com or call (555) 010-4477; her card is 4111 1111 1111 1111.'
        found = self.comprehend.detect_pii_entities(Text=text, LanguageCode='en')['Entities']
        self.assertEqual([(e['Type'], text[e['BeginOffset']:e['EndOffset']]) for e in found],
                         [('EMAIL', 'ada@example.com'), ('PHONE', '(555) 010-4477'),
                          ('CREDIT_DEBIT_NUMBER', '4111 1111 1111 1111')])
        labels = self.comprehend.contains_pii_entities(Text=text, LanguageCode='en')['Labels']
        self.assertEqual({l['Name'] for l in labels}, {'EMAIL', 'PHONE', 'CREDIT_DEBIT_NUMBER'})
        self.assertEqual(self.comprehend.contains_pii_entities(Text='the old mill', LanguageCode='en')['Labels'], [])

    def test_batches(self):
        texts = [TEXT, ' ', 'a' * 5001, 'The old mill on 5/10/2019']
        for call, member, alone in (
                (self.comprehend.batch_detect_entities, 'Entities', self.comprehend.detect_entities),
                (self.comprehend.batch_detect_key_phrases, 'KeyPhrases', self.comprehend.detect_key_phrases),
                (self.comprehend.batch_detect_sentiment, 'SentimentScore', self.comprehend.detect_sentiment),
                (self.comprehend.batch_detect_targeted_sentiment, 'Entities', self.comprehend.detect_targeted_sentiment),
                (self.comprehend.batch_detect_syntax, 'SyntaxTokens', self.comprehend.detect_syntax)):
            said = call(TextList=texts, LanguageCode='en')
            self.assertEqual([r['Index'] for r in said['ResultList']], [0, 3])
            for r in said['ResultList']:
                self.assertEqual(r[member], alone(Text=texts[r['Index']], LanguageCode='en')[member])
            self.assertEqual([(e['Index'], e['ErrorCode']) for e in said['ErrorList']],
                             [(1, 'INVALID_REQUEST'), (2, 'TEXT_SIZE_LIMIT_EXCEEDED')])
            self.assertIn('5001 bytes; at most 5000', said['ErrorList'][1]['ErrorMessage'])
            self.assertEqual(len(call(TextList=[TEXT] * 25, LanguageCode='en')['ResultList']), 25)
            error = self.refused(call, TextList=[TEXT] * 26, LanguageCode='en')
            self.assertEqual(error['Code'], 'BatchSizeLimitExceededException')
            self.assertIn('26', error['Message'])
            self.assertEqual(self.refused(call, TextList=[TEXT], LanguageCode='fr')['Code'],
                             'UnsupportedLanguageException')

    def test_the_aws_cli(self):
        said = json.loads(self.aws('comprehend', 'detect-entities', '--language-code', 'en', '--text', TEXT))
        self.assertEqual(said['Entities'][0]['Text'], '35678-9')


main(Comprehend)
