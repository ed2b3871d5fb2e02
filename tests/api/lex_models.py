"""Lex's model building API: parts with checksums, versions, lists, bots that are built, run and deleted."""
import json
import signal
import threading

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

    def test_of_many_who_replace_it_at_once_one_does(self):
        first = self.slot_type('Contended', 'a')
        outcomes = []

        def replace(n):
            try:
                self.slot_type('Contended', f'value {n}', checksum=first['checksum'])
                outcomes.append(n)
            except ClientError as e:
                outcomes.append(e.response['Error']['Code'])

        threads = [threading.Thread(target=replace, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(outcomes.count('PreconditionFailedException'), 7, outcomes)
        [winner] = [n for n in outcomes if isinstance(n, int)]
        self.assertEqual(self.lex.get_slot_type(name='Contended', version='$LATEST')['enumerationValues'],
                         [{'value': f'value {winner}'}])

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


class Bots(Building):
    def bot(self, name, *intents, **more):
        return self.lex.put_bot(**{'name': name, 'locale': 'en-US', 'childDirected': False, 'intents': [
            {'intentName': i, 'intentVersion': '$LATEST'} if isinstance(i, str) else i for i in intents], **more})

    def built(self, name, version='$LATEST'):
        """The bot, once it is no longer being built."""
        def ended():
            got = self.lex.get_bot(name=name, versionOrAlias=version)
            return got if got['status'] != 'BUILDING' else None
        return self.until(ended, what=f'{name} built')

    def say(self, bot, text, alias='$LATEST', user='ada'):
        return self.client('lex-runtime').post_text(botName=bot, botAlias=alias, userId=user, inputText=text)

    def test_a_bot_is_put_built_and_run(self):
        self.slot_type('TeaSort', 'black', 'green')
        self.intent('BuyTea', 'I want {Sort} tea', 'tea please', slots=[
            {'name': 'Sort', 'slotConstraint': 'Required', 'slotType': 'TeaSort', 'slotTypeVersion': '$LATEST',
             'valueElicitationPrompt': said('Which sort?')}])
        put = self.bot('TeaBot', 'BuyTea', description='Tea', clarificationPrompt=said('What?'),
                       abortStatement=statement('Sorry'), idleSessionTTLInSeconds=600, voiceId='Joanna',
                       enableModelImprovements=True, nluIntentConfidenceThreshold=0.5)
        self.assertEqual((put['status'], put['version']), ('BUILDING', '$LATEST'))
        got = self.built('TeaBot')
        self.assertEqual(got['status'], 'READY', got.get('failureReason'))
        for member in ('description', 'intents', 'clarificationPrompt', 'abortStatement', 'idleSessionTTLInSeconds',
                       'voiceId', 'enableModelImprovements', 'nluIntentConfidenceThreshold', 'checksum', 'locale',
                       'childDirected', 'detectSentiment', 'createdDate'):
            self.assertEqual(got[member], put[member], member)
        self.assertEqual(self.say('TeaBot', 'tea please')['message'], 'Which sort?')
        self.assertEqual(self.say('TeaBot', 'green')['slots'], {'Sort': 'green'})
        listed = self.lex.get_bots(nameContains='TeaB')['bots']
        self.assertEqual([(b['name'], b['status'], b['version']) for b in listed], [('TeaBot', 'READY', '$LATEST')])

    def test_the_least_of_a_bot(self):
        failed = self.bot('Empty')
        self.assertEqual(failed['status'], 'FAILED')
        self.assertIn('no intents', failed['failureReason'])
        self.assertEqual(failed['idleSessionTTLInSeconds'], 300)
        saved = self.bot('Empty', checksum=failed['checksum'], processBehavior='SAVE')
        self.assertEqual(saved['status'], 'NOT_BUILT')
        with self.assertRaises(ClientError) as caught:
            self.say('Empty', 'hello')
        self.assertEqual(caught.exception.response['Error']['Code'], 'BadRequestException')
        self.assertIn('bot Empty is NOT_BUILT', str(caught.exception))

    def test_why_a_build_fails(self):
        def reason(name, *intents, **more):
            put = self.bot(name, *intents, **more)
            self.assertEqual(put['status'], 'BUILDING')
            got = self.built(name)
            self.assertEqual(got['status'], 'FAILED')
            return got['failureReason']

        self.intent('FailsOne', 'the same words', '{Missing} words')
        self.intent('FailsTwo', 'The same words ')
        self.intent('FailsThree', 'other words')
        self.assertIn('intent Nowhere of version $LATEST is not there', reason('FailA', 'Nowhere', 'FailsThree'))
        self.assertIn('{Missing} is no slot of the intent', reason('FailB', 'FailsOne'))
        self.intent('FailsFour', 'the same words')
        self.assertIn('intents FailsTwo and FailsFour have the same utterance',
                      reason('FailC', 'FailsTwo', 'FailsFour'))
        self.assertIn('de-DE', reason('FailD', 'FailsThree', locale='de-DE'))
        self.lex.put_slot_type(name='BadPattern', parentSlotTypeSignature='AMAZON.AlphaNumeric',
                               slotTypeConfigurations=[{'regexConfiguration': {'pattern': '[A-'}}])
        self.intent('FailsFive', 'the {S}', slots=[{'name': 'S', 'slotConstraint': 'Optional',
                                                    'slotType': 'BadPattern', 'slotTypeVersion': '$LATEST'}])
        self.assertIn('pattern [A-', reason('FailE', 'FailsFive'))

    def test_the_same_words_in_different_contexts(self):
        self.intent('YesHere', 'go on', inputContexts=[{'name': 'here'}])
        self.intent('YesThere', 'go on', inputContexts=[{'name': 'there'}])
        self.bot('Contexts', 'YesHere', 'YesThere')
        self.assertEqual(self.built('Contexts')['status'], 'READY')

    def test_what_a_bot_may_not_be(self):
        self.intent('Twice')
        self.assertIn('intents has Twice twice', self.refused(
            'BadRequestException', 'put_bot', name='Bad', locale='en-US', childDirected=False,
            intents=[{'intentName': 'Twice', 'intentVersion': '$LATEST'}] * 2))
        self.assertIn('idleSessionTTLInSeconds', self.refused(
            'BadRequestException', 'put_bot', name='Bad', locale='en-US', childDirected=False,
            idleSessionTTLInSeconds=86401))
        self.assertIn('at most 1000', self.refused(
            'LimitExceededException', 'put_bot', name='Bad', locale='en-US', childDirected=False,
            intents=[{'intentName': 'I', 'intentVersion': '$LATEST'}] * 1001))
        self.assertIn('locale', self.refused('BadRequestException', 'put_bot', name='Bad', locale='xx-XX',
                                             childDirected=False))
        self.assertIn('needs enableModelImprovements', self.refused(
            'BadRequestException', 'put_bot', name='Bad', locale='en-US', childDirected=False,
            enableModelImprovements=False, nluIntentConfidenceThreshold=0.3))
        self.refused('NotFoundException', 'get_bot', name='Bad', versionOrAlias='$LATEST')

    def test_a_changed_part_unbuilds_the_bots_that_use_it(self):
        kept = self.slot_type('Unbuilt', 'a')
        self.intent('UnbuiltIntent', 'say {S}', slots=[{'name': 'S', 'slotConstraint': 'Optional',
                                                        'slotType': 'Unbuilt', 'slotTypeVersion': '$LATEST'}])
        self.bot('UnbuiltBot', 'UnbuiltIntent')
        self.assertEqual(self.built('UnbuiltBot')['status'], 'READY')
        self.slot_type('Unbuilt', 'a', checksum=kept['checksum'])
        self.assertEqual(self.lex.get_bot(name='UnbuiltBot', versionOrAlias='$LATEST')['status'], 'READY')
        self.slot_type('Unbuilt', 'b', checksum=kept['checksum'])
        got = self.lex.get_bot(name='UnbuiltBot', versionOrAlias='$LATEST')
        self.assertEqual(got['status'], 'NOT_BUILT')
        self.assertEqual(self.say('UnbuiltBot', 'say a')['intentName'], 'UnbuiltIntent')   # as it was built

    def test_versions_and_aliases(self):
        self.intent('VersionedIntent', 'version one please')
        self.lex.create_intent_version(name='VersionedIntent')
        put = self.bot('Versioned', {'intentName': 'VersionedIntent', 'intentVersion': '1'})
        self.assertEqual(self.built('Versioned')['status'], 'READY')
        made = self.lex.create_bot_version(name='Versioned', checksum=put['checksum'])
        self.assertEqual((made['version'], made['status']), ('1', 'READY'))
        self.assertEqual(self.lex.create_bot_version(name='Versioned')['version'], '1')
        alias = self.lex.put_bot_alias(botName='Versioned', name='Prod', botVersion='1', description='d',
                                       tags=[{'key': 'stage', 'value': 'live'}])
        self.assertEqual(self.say('Versioned', 'version one please', 'Prod')['botVersion'], '1')
        self.assertEqual(self.lex.get_bot(name='Versioned', versionOrAlias='Prod')['version'], '1')
        got = self.lex.get_bot_alias(botName='Versioned', name='Prod')
        self.assertEqual((got['botVersion'], got['botName'], got['name'], got['description'], got['checksum']),
                         ('1', 'Versioned', 'Prod', 'd', alias['checksum']))
        self.assertIn('give its checksum', self.refused(
            'PreconditionFailedException', 'put_bot_alias', botName='Versioned', name='Prod', botVersion='$LATEST'))
        self.assertIn('there is no bot Versioned of version 9', self.refused(
            'BadRequestException', 'put_bot_alias', botName='Versioned', name='Other', botVersion='9'))
        self.lex.put_bot_alias(botName='Versioned', name='Test', botVersion='$LATEST')
        self.assertEqual([a['name'] for a in self.lex.get_bot_aliases(botName='Versioned')['BotAliases']],
                         ['Prod', 'Test'])
        self.assertEqual([a['name'] for a in self.lex.get_bot_aliases(botName='Versioned',
                                                                      nameContains='es')['BotAliases']], ['Test'])
        self.assertEqual([v['version'] for v in self.lex.get_bot_versions(name='Versioned')['bots']],
                         ['$LATEST', '1'])
        again = self.bot('Versioned', {'intentName': 'VersionedIntent', 'intentVersion': '1'}, description='new',
                         checksum=put['checksum'], createVersion=True)
        self.assertTrue(again['createVersion'])
        self.assertEqual(self.built('Versioned', '2')['status'], 'READY')
        self.lex.put_bot_alias(botName='Versioned', name='Prod', botVersion='2', checksum=alias['checksum'])
        self.assertEqual(self.say('Versioned', 'version one please', 'Prod')['botVersion'], '2')
        self.intent('Loose', 'loose words')
        self.bot('LooseBot', 'Loose')
        self.assertIn('uses version $LATEST of intent Loose',
                      self.refused('BadRequestException', 'create_bot_version', name='LooseBot'))

    def test_what_is_in_use_is_not_deleted(self):
        def in_use(operation, **request):
            with self.assertRaises(ClientError) as caught:
                getattr(self.lex, operation)(**request)
            response = caught.exception.response
            self.assertEqual(response['Error']['Code'], 'ResourceInUseException')
            return response['referenceType'], response['exampleReference']['name'], \
                response['exampleReference']['version']

        self.slot_type('UsedType', 'a')
        self.lex.create_slot_type_version(name='UsedType')
        self.intent('UsedIntent', 'use {S}', slots=[{'name': 'S', 'slotConstraint': 'Optional',
                                                     'slotType': 'UsedType', 'slotTypeVersion': '1'}])
        self.lex.create_intent_version(name='UsedIntent')
        self.bot('UsedBot', {'intentName': 'UsedIntent', 'intentVersion': '1'})
        self.built('UsedBot')
        self.lex.create_bot_version(name='UsedBot')
        self.lex.put_bot_alias(botName='UsedBot', name='Live', botVersion='1')
        self.assertEqual(in_use('delete_slot_type', name='UsedType'), ('INTENT', 'UsedIntent', '$LATEST'))
        self.assertEqual(in_use('delete_slot_type_version', name='UsedType', version='1'),
                         ('INTENT', 'UsedIntent', '$LATEST'))
        self.assertEqual(in_use('delete_intent', name='UsedIntent'), ('BOT', 'UsedBot', '$LATEST'))
        self.assertEqual(in_use('delete_intent_version', name='UsedIntent', version='1'),
                         ('BOT', 'UsedBot', '$LATEST'))
        self.assertEqual(in_use('delete_bot', name='UsedBot'), ('BOTALIAS', 'Live', '1'))
        self.assertEqual(in_use('delete_bot_version', name='UsedBot', version='1'), ('BOTALIAS', 'Live', '1'))
        self.lex.delete_bot_alias(botName='UsedBot', name='Live')
        self.refused('NotFoundException', 'get_bot_alias', botName='UsedBot', name='Live')
        self.lex.delete_bot_version(name='UsedBot', version='1')
        self.refused('NotFoundException', 'get_bot', name='UsedBot', versionOrAlias='1')
        self.lex.delete_bot(name='UsedBot')
        self.refused('NotFoundException', 'delete_bot', name='UsedBot')
        with self.assertRaises(ClientError):
            self.say('UsedBot', 'use a')
        self.lex.delete_intent_version(name='UsedIntent', version='1')
        self.lex.delete_intent(name='UsedIntent')
        self.lex.delete_slot_type(name='UsedType')
        self.refused('NotFoundException', 'get_slot_type', name='UsedType', version='1')

    def test_tags(self):
        self.intent('Tagged', 'tags please')
        self.bot('TaggedBot', 'Tagged', tags=[{'key': 'team', 'value': 'tea'}])
        arn = 'arn:aws:lex:us-east-1:000000000000:bot:TaggedBot'
        self.assertEqual(self.lex.list_tags_for_resource(resourceArn=arn)['tags'], [{'key': 'team', 'value': 'tea'}])
        self.lex.tag_resource(resourceArn=arn, tags=[{'key': 'team', 'value': 'coffee'}, {'key': 'b', 'value': ''}])
        self.lex.untag_resource(resourceArn=arn, tagKeys=['b', 'unknown'])
        self.assertEqual(self.lex.list_tags_for_resource(resourceArn=arn)['tags'],
                         [{'key': 'team', 'value': 'coffee'}])
        self.assertIn('use TagResource', self.refused(
            'BadRequestException', 'put_bot', name='TaggedBot', locale='en-US', childDirected=False,
            tags=[{'key': 'a', 'value': 'b'}]))
        self.refused('NotFoundException', 'list_tags_for_resource', resourceArn=arn + ':NoAlias')
        self.refused('BadRequestException', 'list_tags_for_resource', resourceArn='arn:aws:s3:::bucket')

    def test_what_users_said(self):
        self.intent('HeardIntent', 'I want to hear you')
        self.intent('HeardWeather', 'what is the weather today', 'will it rain tomorrow', 'how warm is it outside')
        self.intent('HeardPizza', 'order a pizza with cheese', 'I would like two large pizzas', 'get me something to eat')
        self.bot('Heard', 'HeardIntent', 'HeardWeather', 'HeardPizza', clarificationPrompt=said('What?', 5))
        self.assertEqual(self.built('Heard')['status'], 'READY')
        for user in ('ada', 'bob', 'bob'):
            self.say('Heard', 'I want to hear you', user=user)
        self.say('Heard', 'xyzzy plugh frobnicate', user='ada')

        def seen(status, name='Heard'):
            got = self.lex.get_utterances_view(botName=name, botVersions=['$LATEST', '1'], statusType=status)
            self.assertEqual([v['botVersion'] for v in got['utterances']], ['$LATEST', '1'])
            return [(u['utteranceString'], u['count'], u['distinctUsers'])
                    for u in got['utterances'][0]['utterances']]
        self.until(lambda: seen('Missed'), what='utterances')
        self.assertEqual(seen('Detected'), [('I want to hear you', 3, 2)])
        self.assertEqual(seen('Missed'), [('xyzzy plugh frobnicate', 1, 1)])
        self.lex.delete_utterances(botName='Heard', userId='bob')
        self.assertEqual(seen('Detected'), [('I want to hear you', 1, 1)])
        self.bot('HeardChild', 'HeardIntent', childDirected=True)
        self.assertEqual(self.built('HeardChild')['status'], 'READY')
        self.say('HeardChild', 'I want to hear you')
        self.assertEqual(seen('Detected', 'HeardChild'), [])
        self.intent('HeardSecret', 'the secret is {S}', slots=[
            {'name': 'S', 'slotConstraint': 'Optional', 'slotType': 'AMAZON.NUMBER',
             'obfuscationSetting': 'DEFAULT_OBFUSCATION'}])
        self.bot('HeardHidden', 'HeardSecret')
        self.assertEqual(self.built('HeardHidden')['status'], 'READY')
        self.say('HeardHidden', 'the secret is 5')
        self.assertEqual(seen('Detected', 'HeardHidden'), [])

    def test_what_there_is_none_of(self):
        self.assertEqual(self.lex.get_bot_channel_associations(botName='Any', botAlias='-')['botChannelAssociations'],
                         [])
        self.refused('NotFoundException', 'get_bot_channel_association', botName='Any', botAlias='A', name='Slack')
        self.refused('NotFoundException', 'delete_bot_channel_association', botName='Any', botAlias='A', name='Slack')
        self.assertEqual(self.lex.get_migrations()['migrationSummaries'], [])
        self.refused('NotFoundException', 'get_migration', migrationId='ABCDEFGHIJ')
        self.assertIn('StartMigration is not done', self.refused(
            'BadRequestException', 'start_migration', v1BotName='Any', v1BotVersion='1', v2BotName='Any',
            v2BotRole='arn:aws:iam::000000000000:role/any-role', migrationStrategy='CREATE_NEW'))
        self.intent('Logged', 'log words')
        self.bot('LoggedBot', 'Logged')
        self.assertIn('conversationLogs', self.refused(
            'BadRequestException', 'put_bot_alias', botName='LoggedBot', name='A', botVersion='$LATEST',
            conversationLogs={'logSettings': [], 'iamRoleArn': 'arn:aws:iam::000000000000:role/any'}))

    def test_a_server_killed_in_building_goes_on(self):
        words = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'india', 'juliet']
        names = []
        for i in range(60):
            name = 'Kill' + words[i // 10].title() + words[i % 10].title()
            self.intent(name, *(f'{words[i // 10]} {words[i % 10]} {words[k % 10]} {words[k // 10]}'
                                for k in range(100)))
            names.append(name)
        put = self.bot('KilledBot', *names)
        self.assertEqual(put['status'], 'BUILDING')
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.lex = self.client('lex-models')
        self.assertEqual(self.built('KilledBot')['status'], 'READY')
        self.assertEqual(self.say('KilledBot', 'delta hotel golf alpha')['intentName'], 'KillDeltaHotel')


if __name__ == '__main__':
    main(Parts, Bots)
