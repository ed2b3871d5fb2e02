"""Bots in files: StartImport, GetImport and GetExport of Lex V1, zips as V1 and V2 export them, quern bot import."""
import io
import json
import pathlib
import urllib.error
import urllib.request
import zipfile

from harness import BINARY, main
from lex_models import RETURN, Building, said

ROOT = pathlib.Path(__file__).resolve().parents[2]
INVOICEBOT = ROOT / 'examples' / 'invoicebot' / 'bot.json'


def export(resource):
    return {'metadata': {'schemaVersion': '1.0', 'importType': 'LEX', 'importFormat': 'JSON'}, 'resource': resource}


def zipped(files, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', compression) as z:
        for name, content in files.items():
            z.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return out.getvalue()


def intent(name, *utterances, slots=(), **more):
    return {'name': name, 'version': '3', 'sampleUtterances': list(utterances), 'slots': list(slots),
            'fulfillmentActivity': RETURN, **more}


def bot(name, *intents, types=(), **more):
    return export({'name': name, 'version': '7', 'locale': 'en-US', 'childDirected': False, 'voiceId': '0',
                   'idleSessionTTLInSeconds': 300, 'clarificationPrompt': said('What?'), 'intents': list(intents),
                   'slotTypes': list(types), **more})


def slot(name, kind, **more):
    return {'name': name, 'slotType': kind, 'slotTypeVersion': '2', 'slotConstraint': 'Optional', 'priority': 1,
            **more}


SIZE = {'name': 'MugSize', 'version': '2', 'enumerationValues': [{'value': 'small', 'synonyms': ['tiny']}],
        'valueSelectionStrategy': 'TOP_RESOLUTION'}


class Transfer(Building):
    def start(self, payload, kind='BOT', strategy='OVERWRITE_LATEST', **more):
        payload = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.lex.start_import(payload=payload, resourceType=kind, mergeStrategy=strategy, **more)

    def imported(self, *args, **more):
        """The import, once it has ended."""
        started = self.start(*args, **more)
        self.assertEqual(started['importStatus'], 'IN_PROGRESS')

        def ended():
            got = self.lex.get_import(importId=started['importId'])
            return got if got['importStatus'] != 'IN_PROGRESS' else None
        return self.until(ended, what='import')

    def kept(self, *args, **more):
        got = self.imported(*args, **more)
        self.assertEqual(got['importStatus'], 'COMPLETE', got.get('failureReason'))
        return got

    def failed(self, *args, **more):
        got = self.imported(*args, **more)
        self.assertEqual(got['importStatus'], 'FAILED')
        return got['failureReason']

    def say(self, name, text, user='ada'):
        return self.client('lex-runtime').post_text(botName=name, botAlias='$LATEST', userId=user, inputText=text)

    def download(self, name, version='1', kind='BOT'):
        """The name of the zip, of its file, and that file."""
        got = self.lex.get_export(name=name, version=version, resourceType=kind, exportType='LEX')
        self.assertEqual(got['exportStatus'], 'READY', got.get('failureReason'))
        with urllib.request.urlopen(got['url']) as reply:
            self.assertEqual(reply.headers['Content-Type'], 'application/zip')
            content = reply.read()
        with zipfile.ZipFile(io.BytesIO(content)) as z:
            self.assertIsNone(z.testzip())
            [inner] = z.namelist()
            return got['url'].split('?')[0].rsplit('/', 1)[1], inner, json.loads(z.read(inner))

    def test_the_invoicebot_runs_as_its_file_is(self):
        started = self.start(INVOICEBOT.read_bytes(), tags=[{'key': 'from', 'value': 'elsewhere'}])
        self.assertEqual((started['name'], started['resourceType'], started['mergeStrategy']),
                         ('InvoiceBot', 'BOT', 'OVERWRITE_LATEST'))
        got = self.kept(zipped({'InvoiceBot_Export.json': json.loads(INVOICEBOT.read_text())}))
        self.assertEqual((got['name'], got['resourceType']), ('InvoiceBot', 'BOT'))
        self.assertEqual(self.lex.get_bot(name='InvoiceBot', versionOrAlias='$LATEST')['status'], 'READY')
        self.assertEqual(self.lex.list_tags_for_resource(
            resourceArn='arn:aws:lex:us-east-1:000000000000:bot:InvoiceBot')['tags'],
            [{'key': 'from', 'value': 'elsewhere'}])
        self.assertEqual(self.say('InvoiceBot', 'Get me the invoice details')['slotToElicit'], 'InvoiceNumber')
        # As the article goes on: a function is given to each intent, then the bot is built again.
        latest = self.lex.get_bot(name='InvoiceBot', versionOrAlias='$LATEST')
        for named in latest['intents']:
            it = self.lex.get_intent(name=named['intentName'], version='$LATEST')
            for extra in ('ResponseMetadata', 'createdDate', 'lastUpdatedDate', 'version'):
                it.pop(extra, None)
            it['fulfillmentActivity']['codeHook']['uri'] = 'arn:aws:lambda:us-east-1:000000000000:function:Other'
            self.lex.put_intent(**it)
            self.lex.create_intent_version(name=it['name'])
            named['intentVersion'] = '1'
        for extra in ('ResponseMetadata', 'createdDate', 'lastUpdatedDate', 'version', 'status', 'failureReason'):
            latest.pop(extra, None)
        self.lex.put_bot(**latest, processBehavior='BUILD')
        self.until(lambda: self.lex.get_bot(name='InvoiceBot', versionOrAlias='$LATEST')['status'] == 'READY')
        self.lex.create_bot_version(name='InvoiceBot')
        self.lex.put_bot_alias(botName='InvoiceBot', name='Latest', botVersion='1')
        self.assertEqual(self.client('lex-runtime').post_text(
            botName='InvoiceBot', botAlias='Latest', userId='ada', inputText='Invoice details')['botVersion'], '1')

    def test_what_is_exported_here_is_imported_here_as_it_was(self):
        card = json.dumps({'version': 1, 'contentType': 'application/vnd.amazonaws.card.generic',
                           'genericAttachments': [{'title': 'Sizes', 'buttons': [{'text': 'S', 'value': 'small'}]}]})
        first = bot('RoundTrip', intent(
            'BuyMug', 'a {Size} mug', 'mugs please', description='Mugs', slots=[
                slot('Size', 'MugSize', slotConstraint='Required', obfuscationSetting='NONE',
                     valueElicitationPrompt={**said('Which size?'), 'responseCard': card},
                     sampleUtterances=['a {Size} one'],
                     defaultValueSpec={'defaultValueList': [{'defaultValue': 'small'}]})],
            confirmationPrompt=said('Sure?'), rejectionStatement={'messages': said('No.')['messages']},
            outputContexts=[{'name': 'bought', 'timeToLiveInSeconds': 60, 'turnsToLive': 2}]),
            {**intent('HelpMe'), 'parentIntentSignature': 'AMAZON.HelpIntent'},
            types=[SIZE], description='Mugs', nluIntentConfidenceThreshold=0.55, enableModelImprovements=True,
            detectSentiment=True, abortStatement={'messages': said('Sorry.')['messages']})
        self.kept(zipped({'RoundTrip_Export.json': first}))
        self.lex.create_slot_type_version(name='MugSize')
        it = self.lex.get_intent(name='BuyMug', version='$LATEST')
        it['slots'][0]['slotTypeVersion'] = '1'
        for extra in ('ResponseMetadata', 'createdDate', 'lastUpdatedDate', 'version'):
            it.pop(extra)
        self.lex.put_intent(**it, createVersion=True)
        self.lex.create_intent_version(name='HelpMe')
        latest = self.lex.get_bot(name='RoundTrip', versionOrAlias='$LATEST')
        for named in latest['intents']:
            named['intentVersion'] = '1'
        for extra in ('ResponseMetadata', 'createdDate', 'lastUpdatedDate', 'version', 'status', 'failureReason'):
            latest.pop(extra, None)
        self.lex.put_bot(**latest, createVersion=True)
        name, inner, exported = self.download('RoundTrip')
        self.assertEqual((name, inner), ('RoundTrip_1_Bot_LEX_V1.zip', 'RoundTrip_Export.json'))
        self.assertEqual(exported['metadata'], first['metadata'])
        self.assertEqual(exported['resource']['version'], '1')

        def plain(resource):
            """Without versions, and in any order of members."""
            if isinstance(resource, dict):
                return {k: plain(v) for k, v in resource.items() if k not in ('version', 'slotTypeVersion')}
            return [plain(v) for v in resource] if isinstance(resource, list) else resource
        self.assertEqual(plain(exported['resource']), plain(first['resource']))
        exported['resource']['name'] = 'RoundTripAgain'
        self.kept(zipped({inner: exported}))
        self.assertEqual(self.say('RoundTripAgain', 'mugs please')['message'], 'Sure?')   # its default is taken
        _, _, one = self.download('BuyMug', kind='INTENT')
        self.assertEqual([t['name'] for t in one['resource']['slotTypes']], ['MugSize'])
        self.assertEqual(self.download('BuyMug', kind='INTENT')[0], 'BuyMug_1_Intent_LEX_V1.zip')
        name, _, one = self.download('MugSize', kind='SLOT_TYPE')
        self.assertEqual(name, 'MugSize_1_SlotType_LEX_V1.zip')
        self.assertEqual(plain(one['resource']), plain(SIZE))
        self.assertIn('ALEXA_SKILLS_KIT', self.refused(
            'BadRequestException', 'get_export', name='BuyMug', version='1', resourceType='INTENT',
            exportType='ALEXA_SKILLS_KIT'))
        self.refused('NotFoundException', 'get_export', name='BuyMug', version='9', resourceType='INTENT',
                     exportType='LEX')

    def test_a_download_is_signed(self):
        self.slot_type('Signed', 'a', createVersion=True)
        url = self.lex.get_export(name='Signed', version='1', resourceType='SLOT_TYPE', exportType='LEX')['url']
        for bad in (url.replace('/Signed/', '/Other/'), url.split('?')[0], url[:-1] + ('0' if url[-1] != '0' else '1')):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(bad)
            self.assertEqual(caught.exception.code, 403)
            caught.exception.close()

    def test_intents_and_slot_types_alone(self):
        self.kept(export(SIZE), kind='SLOT_TYPE')
        self.assertEqual(self.lex.get_slot_type(name='MugSize', version='$LATEST')['valueSelectionStrategy'],
                         'TOP_RESOLUTION')
        self.kept(export({**intent('OneIntent', 'one {Size}', slots=[slot('Size', 'MugSize')]), 'slotTypes': [SIZE]}),
                  kind='INTENT')
        got = self.lex.get_intent(name='OneIntent', version='$LATEST')
        self.assertEqual(got['slots'][0]['slotTypeVersion'], '$LATEST')
        self.assertEqual(self.failed(export(SIZE), kind='INTENT'), ['resource: this is no intent'])
        self.assertEqual(self.failed(export(SIZE)), ['resource: this is no bot'])

    def test_a_conflict_stops_an_import(self):
        self.kept(bot('Conflicting', intent('ConflictIntent', 'old words')))
        reasons = self.failed(bot('ConflictingToo', intent('ConflictIntent', 'new words')),
                              strategy='FAIL_ON_CONFLICT')
        self.assertIn('intent ConflictIntent is there already', reasons[0])
        self.refused('NotFoundException', 'get_bot', name='ConflictingToo', versionOrAlias='$LATEST')
        self.assertEqual(self.lex.get_intent(name='ConflictIntent', version='$LATEST')['sampleUtterances'],
                         ['old words'])
        self.kept(bot('Conflicting', intent('ConflictIntent', 'new words')))
        self.assertEqual(self.lex.get_intent(name='ConflictIntent', version='$LATEST')['sampleUtterances'],
                         ['new words'])
        self.kept(bot('Fresh', intent('FreshIntent', 'fresh words')), strategy='FAIL_ON_CONFLICT')

    def test_what_is_wrong_is_named(self):
        reasons = self.failed(bot('Wrong', intent('WrongIntent', 'a {Size} b', slots=[slot('Size', 'NoSuchType')]),
                                  intent('WrongToo', 'x {Nothing}')))
        self.assertEqual(reasons, [
            'resource.intents[0].slots[0].slotType: unknown type NoSuchType',
            'resource.intents[1].sampleUtterances[0]: {Nothing} is no slot of the intent'])
        self.assertIn('sampleUtterances', self.failed(bot('Wrong', {**intent('WrongIntent'), 'sampleUtterances': 5}))[0])
        self.assertIn('AMAZON.KendraSearchIntent', self.failed(bot('Wrong', {
            **intent('Kendra'), 'parentIntentSignature': 'AMAZON.KendraSearchIntent'}))[0])
        self.refused('NotFoundException', 'get_intent', name='WrongIntent', version='$LATEST')
        self.refused('NotFoundException', 'get_import', importId='nothing')

    def test_what_is_no_bot_is_refused_at_once(self):
        def bad(payload, **more):
            return self.refused('BadRequestException', 'start_import', payload=payload, resourceType='BOT',
                                mergeStrategy='OVERWRITE_LATEST', **more)

        self.assertIn('JSON', bad(b'hello'))
        self.assertIn('resource.name is missing', bad(b'{}'))
        self.assertIn('0 JSON files', bad(zipped({})))
        self.assertIn('2 JSON files', bad(zipped({'a.json': {}, 'b.json': {}})))
        self.assertIn('cannot be read', bad(b'PK\3\4' + b'x' * 100))
        good = zipped({'a.json': bot('Cut', intent('I', 'words'))})
        bad(good[:len(good) // 2])
        self.refused('LimitExceededException', 'start_import', payload=zipped({'a.json': b' ' * 5000000}),
                     resourceType='BOT', mergeStrategy='OVERWRITE_LATEST')
        self.assertIn('tags are for bots', self.refused(
            'BadRequestException', 'start_import', payload=json.dumps(export(SIZE)).encode(),
            resourceType='SLOT_TYPE', mergeStrategy='OVERWRITE_LATEST', tags=[{'key': 'a', 'value': 'b'}]))

    def v2(self):
        def says(text):
            return {'messageGroupsList': [{'message': {'plainTextMessage': {'value': text}}, 'variations': None}]}
        locale = 'Brew/BotLocales/en_US/'
        return {
            'Manifest.json': {'metadata': {'schemaVersion': '1', 'fileFormat': 'LexJson', 'resourceType': 'BOT'}},
            'Brew/Bot.json': {'name': 'Brew', 'version': 'DRAFT', 'identifier': 'ABCDEFGHIJ', 'description': 'Tea',
                              'dataPrivacy': {'childDirected': False}, 'idleSessionTTLInSeconds': 600},
            locale + 'BotLocale.json': {'name': 'English (US)', 'identifier': 'en_US', 'nluConfidenceThreshold': 0.4,
                                        'voiceSettings': {'engine': 'neural', 'voiceId': 'Ivy'}},
            locale + 'SlotTypes/Leaf/SlotType.json': {
                'name': 'Leaf', 'slotTypeValues': [{'sampleValue': {'value': 'black'},
                                                    'synonyms': [{'value': 'dark'}]}],
                'parentSlotTypeSignature': None,
                'valueSelectionSetting': {'resolutionStrategy': 'TOP_RESOLUTION', 'regexFilter': None}},
            locale + 'Intents/BrewTea/Intent.json': {
                'name': 'BrewTea', 'sampleUtterances': [{'utterance': 'brew {Leaf} tea'}, {'utterance': 'brew tea'}],
                'parentIntentSignature': None, 'slotPriorities': [{'priority': 1, 'slotName': 'Leaf'}],
                'dialogCodeHook': None, 'fulfillmentCodeHook': None},
            locale + 'Intents/BrewTea/Slots/Leaf/Slot.json': {
                'name': 'Leaf', 'slotTypeName': 'Leaf', 'slotConstraint': 'Required', 'slotValueElicitationSetting': {
                    'promptSpecification': {**says('Which leaf?'), 'maxRetries': 2}}},
            locale + 'Intents/FallbackIntent/Intent.json': {
                'name': 'FallbackIntent', 'parentIntentSignature': 'AMAZON.FallbackIntent',
                'sampleUtterances': None}}

    def test_an_export_of_lex_v2(self):
        self.kept(zipped(self.v2()))
        self.assertEqual(self.lex.get_bot(name='Brew', versionOrAlias='$LATEST')['idleSessionTTLInSeconds'], 600)
        self.assertEqual(self.say('Brew', 'brew tea')['message'], 'Which leaf?')
        self.assertEqual(self.say('Brew', 'dark')['slots'], {'Leaf': 'black'})
        files = self.v2()
        files['Brew/BotLocales/en_US/SlotTypes/Leaf/SlotType.json']['compositeSlotTypeSetting'] = {'subSlots': []}
        self.assertIn('composite slot types are not there', self.refused(
            'BadRequestException', 'start_import', payload=zipped(files), resourceType='BOT',
            mergeStrategy='OVERWRITE_LATEST'))

    def test_the_command_line_takes_zips_too(self):
        folder = self.folder()
        files = self.v2()
        files['Brew/BotLocales/en_US/Intents/BrewTea/Intent.json']['fulfillmentCodeHook'] = {'enabled': True}
        files['Brew/Bot.json']['name'] = 'FromShell'
        (folder / 'v2.zip').write_bytes(zipped(files))
        (folder / 'v1.zip').write_bytes(zipped({'x.json': bot('FromShellToo', intent('ShellIntent', 'shell words'))}))
        (folder / 'bad.zip').write_bytes(b'PK\3\4nothing')
        text = self.run_program(BINARY, 'bot', 'import', folder / 'v2.zip', '--data', self.server.data)
        self.assertIn('calls the function arn:aws:lambda:us-east-1:000000000000:function:FromShell', text)
        self.assertIn('bot FromShell is there as $LATEST', text)
        hook = self.lex.get_intent(name='BrewTea', version='$LATEST')['fulfillmentActivity']['codeHook']
        self.assertEqual(hook['messageVersion'], '2.0')
        self.run_program(BINARY, 'bot', 'import', folder / 'v1.zip', '--alias', 'Prod', '--data', self.server.data)
        self.assertEqual(self.lex.get_bot(name='FromShellToo', versionOrAlias='Prod')['version'], '1')
        status, text = self.run_program(BINARY, 'bot', 'import', folder / 'bad.zip', '--data', self.server.data,
                                        ok=False)
        self.assertNotEqual(status, 0)
        self.assertIn('bad.zip: the zip cannot be read', text)

    def test_the_aws_cli(self):
        path = self.folder() / 'bot.json'
        path.write_text(json.dumps(bot('CliBot', intent('CliIntent', 'cli words'))))
        started = json.loads(self.aws('lex-models', 'start-import', '--payload', f'fileb://{path}', '--resource-type',
                                      'BOT', '--merge-strategy', 'OVERWRITE_LATEST'))
        self.until(lambda: json.loads(self.aws('lex-models', 'get-import', '--import-id', started['importId']))[
            'importStatus'] == 'COMPLETE')
        self.lex.create_intent_version(name='CliIntent')
        got = json.loads(self.aws('lex-models', 'get-export', '--name', 'CliIntent', '--resource-version', '1',
                                  '--resource-type', 'INTENT', '--export-type', 'LEX'))
        self.assertEqual(got['exportStatus'], 'READY')


if __name__ == '__main__':
    main(Transfer)
