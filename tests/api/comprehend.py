"""DetectEntities and DetectKeyPhrases through boto3 and the aws CLI."""
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
                         [('OTHER', '35678-9'), ('DATE', '5/10/2019'), ('ORGANIZATION', 'Acme Ltd'),
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

    def test_size(self):
        call = self.comprehend.detect_key_phrases
        call(Text='word ' * 20000, LanguageCode='en')
        self.assertEqual(self.refused(call, Text='a' * 100001, LanguageCode='en')['Code'],
                         'TextSizeLimitExceededException')
        self.assertEqual(self.refused(call, Text='  ', LanguageCode='en')['Code'],
                         'InvalidRequestException')

    def test_batches(self):
        texts = [TEXT, ' ', 'a' * 5001, 'The old mill on 5/10/2019']
        for call, member, alone in (
                (self.comprehend.batch_detect_entities, 'Entities', self.comprehend.detect_entities),
                (self.comprehend.batch_detect_key_phrases, 'KeyPhrases', self.comprehend.detect_key_phrases)):
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
