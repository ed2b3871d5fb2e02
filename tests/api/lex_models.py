"""Lex's model building API: parts with checksums, versions, lists, what is built in, and what is refused."""
import json

from botocore.exceptions import ClientError
from harness import Suite, main

RETURN = {'type': 'ReturnIntent'}


def said(text, attempts=2):
    return {'messages': [{'contentType': 'PlainText', 'content': text}], 'maxAttempts': attempts}


def statement(text):
    return {'messages': [{'contentType': 'PlainText', 'content': text}]}


class Building(Suite):
    def setUp(self):
        self.lex = self.client('lex-models')

    def refused(self, code, operation, **request):
        """The message of the error that it is refused with."""
        with self.assertRaises(ClientError) as caught:
            getattr(self.lex, operation)(**request)
        self.assertEqual(caught.exception.response['Error']['Code'], code, caught.exception)
        return caught.exception.response['Error']['Message']

    def slot_type(self, name, *values, **more):
        return self.lex.put_slot_type(name=name, enumerationValues=[{'value': v} for v in values or ('one',)], **more)

    def intent(self, name, *utterances, **more):
        return self.lex.put_intent(name=name, sampleUtterances=list(utterances),
                                   **{'fulfillmentActivity': RETURN, **more})


class Parts(Building):
    def test_a_slot_type_is_kept_as_it_was_put(self):
        values = [{'value': 'small', 'synonyms': ['tiny', 'little']}, {'value': 'größer'}]
        put = self.lex.put_slot_type(name='CupSize', description='How large', enumerationValues=values,
                                     valueSelectionStrategy='TOP_RESOLUTION')
        self.assertEqual(put['version'], '$LATEST')
        self.assertFalse(put['createVersion'])
        got = self.lex.get_slot_type(name='CupSize', version='$LATEST')
        for member in ('name', 'description', 'enumerationValues', 'valueSelectionStrategy', 'checksum', 'createdDate',
                       'lastUpdatedDate', 'version'):
            self.assertEqual(got[member], put[member], member)
        self.assertEqual(got['enumerationValues'], values)
        self.assertEqual(got['createdDate'], got['lastUpdatedDate'])

    def test_a_regular_expression_extends_alphanumeric(self):
        put = self.lex.put_slot_type(name='OrderNumber', parentSlotTypeSignature='AMAZON.AlphaNumeric',
                                     slotTypeConfigurations=[{'regexConfiguration': {'pattern': '[A-Z]{3}[0-9]+'}}])
        self.assertEqual(put['slotTypeConfigurations'][0]['regexConfiguration']['pattern'], '[A-Z]{3}[0-9]+')
        self.assertIn('only AMAZON.AlphaNumeric', self.refused(
            'BadRequestException', 'put_slot_type', name='Wrong', parentSlotTypeSignature='AMAZON.DATE'))

    def test_a_checksum_guards_what_is_replaced(self):
        self.assertIn('leave checksum out', self.refused(
            'BadRequestException', 'put_slot_type', name='Guarded', enumerationValues=[{'value': 'a'}], checksum='x'))
        first = self.slot_type('Guarded', 'a')
        self.assertIn('give its checksum', self.refused(
            'PreconditionFailedException', 'put_slot_type', name='Guarded', enumerationValues=[{'value': 'b'}]))
        second = self.slot_type('guarded', 'b', checksum=first['checksum'])
        self.assertEqual(second['name'], 'Guarded')   # one name in any case
        self.assertNotEqual(second['checksum'], first['checksum'])
        self.assertIn('has changed since', self.refused(
            'PreconditionFailedException', 'put_slot_type', name='Guarded', enumerationValues=[{'value': 'c'}],
            checksum=first['checksum']))
        self.assertEqual(self.lex.get_slot_type(name='Guarded', version='$LATEST')['enumerationValues'],
                         [{'value': 'b'}])
        self.refused('NotFoundException', 'get_slot_type', name='guarded', version='$LATEST')

    def test_an_intent_is_kept_whole(self):
        self.slot_type('Flower', 'rose', 'tulip')
        card = json.dumps({'version': 1, 'contentType': 'application/vnd.amazonaws.card.generic',
                           'genericAttachments': [{'title': 'Which?', 'buttons': [{'text': 'Rose', 'value': 'rose'}]}]})
        members = {
            'description': 'Flowers',
            'slots': [{'name': 'Kind', 'description': 'd', 'slotConstraint': 'Required', 'slotType': 'Flower',
                       'slotTypeVersion': '$LATEST', 'valueElicitationPrompt': {**said('Which?', 5),
                                                                                'responseCard': card},
                       'priority': 1, 'sampleUtterances': ['I want {Kind}'], 'obfuscationSetting': 'NONE',
                       'defaultValueSpec': {'defaultValueList': [{'defaultValue': 'rose'}]}},
                      {'name': 'When', 'slotConstraint': 'Optional', 'slotType': 'AMAZON.DATE', 'priority': 2}],
            'sampleUtterances': ['order flowers', 'order {Kind} for {When}'],
            'confirmationPrompt': said('Shall I?'), 'rejectionStatement': statement('Then not.'),
            'followUpPrompt': {'prompt': said('More?'), 'rejectionStatement': statement('Bye')},
            'dialogCodeHook': {'uri': 'arn:aws:lambda:us-east-1:000000000000:function:F', 'messageVersion': '1.0'},
            'fulfillmentActivity': {'type': 'CodeHook', 'codeHook': {
                'uri': 'arn:aws:lambda:us-east-1:000000000000:function:F', 'messageVersion': '1.0'}},
            'inputContexts': [{'name': 'greeted'}],
            'outputContexts': [{'name': 'ordered', 'timeToLiveInSeconds': 90, 'turnsToLive': 3}]}
        put = self.lex.put_intent(name='OrderFlowers', **members)
        got = self.lex.get_intent(name='OrderFlowers', version='$LATEST')
        for member, value in members.items():
            self.assertEqual(put[member], value)
            self.assertEqual(got[member], value)
        self.assertEqual(got['checksum'], put['checksum'])
        again = self.lex.put_intent(name='OrderFlowers', checksum=put['checksum'], **members)
        self.assertEqual(again['checksum'], put['checksum'])   # of the content

    def test_what_an_intent_may_not_be(self):
        def bad(**members):
            return self.refused('BadRequestException', 'put_intent',
                                **{'name': 'Bad', 'fulfillmentActivity': RETURN, **members})

        self.assertIn('AMAZON.HelpIntent', bad(name='HelpIntent'))
        self.assertIn('fulfillmentActivity is missing',
                      self.refused('BadRequestException', 'put_intent', name='Bad'))
        self.assertIn('codeHook is missing', bad(fulfillmentActivity={'type': 'CodeHook'}))
        self.assertIn('both are wanted', bad(confirmationPrompt=said('?')))
        self.assertIn('both are wanted', bad(rejectionStatement=statement('no')))
        self.assertIn('conclusionStatement', bad(conclusionStatement=statement('done')))
        self.assertIn('AMAZON.KendraSearchIntent needs', bad(parentIntentSignature='AMAZON.KendraSearchIntent'))
        self.assertIn('parentIntentSignature is AMAZON.Nothing', bad(parentIntentSignature='AMAZON.Nothing'))
        self.assertIn('sampleUtterances is not for', bad(parentIntentSignature='AMAZON.StopIntent',
                                                         sampleUtterances=['halt']))
        slot = {'name': 'S', 'slotConstraint': 'Optional', 'slotType': 'AMAZON.DATE'}
        self.assertIn('slots has S twice', bad(slots=[slot, slot]))
        self.assertIn('slotType of slot S is missing', bad(slots=[{'name': 'S', 'slotConstraint': 'Optional'}]))
        self.assertIn('valueElicitationPrompt of slot S', bad(slots=[{**slot, 'slotConstraint': 'Required'}]))
        self.assertIn('there is no slot type Nowhere of version 3', bad(
            slots=[{**slot, 'slotType': 'Nowhere', 'slotTypeVersion': '3'}]))
        self.assertIn('sampleUtterances', bad(sampleUtterances=['x' * 201]))
        self.assertIn('Value', bad(name='no blanks'))
        self.assertIn('maxAttempts', bad(confirmationPrompt=said('?', 6)))
        self.refused('NotFoundException', 'get_intent', name='Bad', version='$LATEST')

    def test_what_a_slot_type_may_not_be(self):
        def bad(**members):
            return self.refused('BadRequestException', 'put_slot_type', **{'name': 'Bad', **members})

        self.assertIn('AMAZON.DATE has taken', bad(name='DATE', enumerationValues=[{'value': 'a'}]))
        self.assertIn('enumerationValues is empty', bad())
        self.assertIn('slotTypeConfigurations is for', bad(
            enumerationValues=[{'value': 'a'}], slotTypeConfigurations=[{'regexConfiguration': {'pattern': 'a'}}]))
        self.assertIn('length', bad(enumerationValues=[{'value': 'x' * 141}]))

    def test_versions_are_numbered_and_made_only_of_what_changed(self):
        first = self.slot_type('Numbered', 'a')
        self.assertEqual(self.lex.create_slot_type_version(name='Numbered')['version'], '1')
        self.assertEqual(self.lex.create_slot_type_version(name='Numbered')['version'], '1')
        second = self.slot_type('Numbered', 'b', checksum=first['checksum'], createVersion=True)
        self.assertTrue(second['createVersion'])
        self.assertIn('has changed since', self.refused(
            'PreconditionFailedException', 'create_slot_type_version', name='Numbered', checksum=first['checksum']))
        made = self.lex.create_slot_type_version(name='Numbered', checksum=second['checksum'])
        self.assertEqual((made['version'], made['checksum']), ('2', second['checksum']))
        self.assertEqual(self.lex.get_slot_type(name='Numbered', version='1')['enumerationValues'], [{'value': 'a'}])
        self.refused('NotFoundException', 'get_slot_type', name='Numbered', version='3')
        self.refused('NotFoundException', 'create_intent_version', name='Nowhere')
        self.assertEqual([v['version'] for v in self.lex.get_slot_type_versions(name='Numbered')['slotTypes']],
                         ['$LATEST', '1', '2'])

    def test_a_version_uses_numbered_ones_only(self):
        self.slot_type('Inner', 'a')
        slot = {'name': 'S', 'slotConstraint': 'Optional', 'slotType': 'Inner', 'slotTypeVersion': '$LATEST'}
        put = self.intent('Outer', '{S} please', slots=[slot])
        self.assertIn('uses version $LATEST of slot type Inner',
                      self.refused('BadRequestException', 'create_intent_version', name='Outer'))
        self.lex.create_slot_type_version(name='Inner')
        self.intent('Outer', '{S} please', slots=[{**slot, 'slotTypeVersion': '1'}], checksum=put['checksum'])
        made = self.lex.create_intent_version(name='Outer')
        self.assertEqual((made['version'], made['slots'][0]['slotTypeVersion']), ('1', '1'))

    def test_lists_go_page_by_page(self):
        for letter in 'ABCDEFGHIJKL':
            self.intent(f'Page_{letter}', description=f'number {letter}')
        names, token, pages = [], None, 0
        while token or not pages:
            got = self.lex.get_intents(nameContains='Page_', maxResults=5, **({'nextToken': token} if token else {}))
            names += [i['name'] for i in got['intents']]
            token, pages = got.get('nextToken'), pages + 1
        self.assertEqual(names, [f'Page_{letter}' for letter in 'ABCDEFGHIJKL'])
        self.assertEqual(pages, 3)
        self.assertEqual(got['intents'][0]['description'], 'number K')
        self.assertEqual(len(self.lex.get_intents()['intents']), 10)
        self.assertEqual(len(list(self.lex.get_paginator('get_intents').paginate(nameContains='Page_'))), 2)
        self.assertIn('nextToken', self.refused('BadRequestException', 'get_intents', nextToken='nonsense'))
        self.refused('BadRequestException', 'get_intents', maxResults=51)
        self.refused('NotFoundException', 'get_intent_versions', name='Nowhere')

    def test_what_is_built_in(self):
        intents = {i['signature'] for p in self.lex.get_paginator('get_builtin_intents').paginate()
                   for i in p['intents']}
        self.assertLessEqual({'AMAZON.FallbackIntent', 'AMAZON.HelpIntent', 'AMAZON.CancelIntent',
                              'AMAZON.StopIntent', 'AMAZON.RepeatIntent'}, intents)
        self.assertEqual([i['signature'] for i in self.lex.get_builtin_intents(signatureContains='Fall')['intents']],
                         ['AMAZON.FallbackIntent'])
        types = {t['signature']: t['supportedLocales']
                 for p in self.lex.get_paginator('get_builtin_slot_types').paginate(locale='en-GB')
                 for t in p['slotTypes']}
        self.assertLessEqual({'AMAZON.NUMBER', 'AMAZON.DATE', 'AMAZON.TIME', 'AMAZON.AlphaNumeric',
                              'AMAZON.EmailAddress', 'AMAZON.US_STATE'}, set(types))
        self.assertIn('en-GB', types['AMAZON.DATE'])
        self.assertEqual(self.lex.get_builtin_slot_types(locale='ja-JP')['slotTypes'], [])
        self.assertEqual(self.lex.get_builtin_intent(signature='AMAZON.HelpIntent')['slots'], [])
        self.refused('NotFoundException', 'get_builtin_intent', signature='AMAZON.KendraSearchIntent')

    def test_the_aws_cli(self):
        put = json.loads(self.aws('lex-models', 'put-slot-type', '--name', 'FromShell', '--enumeration-values',
                                  '[{"value": "a"}]'))
        got = json.loads(self.aws('lex-models', 'get-slot-type', '--name', 'FromShell', '--slot-type-version',
                                  '$LATEST'))
        self.assertEqual(got['checksum'], put['checksum'])
        status, text = self.aws('lex-models', 'put-slot-type', '--name', 'FromShell', '--enumeration-values',
                                '[{"value": "b"}]', ok=False)
        self.assertNotEqual(status, 0)
        self.assertIn('PreconditionFailedException', text)


if __name__ == '__main__':
    main(Parts)
