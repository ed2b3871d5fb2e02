#!/usr/bin/python3
"""Order windows, digress to curtains, come back to the windows by their checkpoint.

    play.py --endpoint http://127.0.0.1:8470

The keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
"""
import argparse
import json
import os

import boto3

LABEL = 'windowSelection'


class Conversation:
    def __init__(self, endpoint, user):
        region = os.environ.get('AWS_DEFAULT_REGION', 'us-east-1')
        self.lex = boto3.client('lex-runtime', endpoint_url=endpoint, region_name=region)
        self.who = {'botName': 'HomeImprovementBot', 'botAlias': 'Prod', 'userId': user}

    def say(self, text):
        reply = self.lex.post_text(**self.who, inputText=text)
        print(f'User: {text}\nBot:  {reply.get("message", "")}')
        return reply

    def session(self, **more):
        got = self.lex.get_session(**self.who, **more)
        got.pop('ResponseMetadata')
        print(json.dumps(got, indent=2))
        return got

    def put(self, **what):
        reply = self.lex.put_session(**self.who, **what, accept='text/plain; charset=utf-8')
        print(f'Bot:  {reply.get("message", "")}')
        return reply


def filled(slots):
    """A request has no way to say that a slot is empty but to leave it out."""
    return {name: value for name, value in slots.items() if value is not None}


def label_windows(talk):
    """The recent intents again, OrderWindows with the label."""
    recent = talk.session()['recentIntentSummaryView']
    for summary in recent:
        summary['slots'] = filled(summary['slots'])
        if summary['intentName'] == 'OrderWindows':
            summary['checkpointLabel'] = LABEL
    talk.put(recentIntentSummaryView=recent)


def back_to_windows(talk):
    summary = talk.session(checkpointLabelFilter=LABEL)['recentIntentSummaryView'][0]
    return talk.put(dialogAction={'type': summary['dialogActionType'], 'intentName': summary['intentName'],
                                  'slots': filled(summary['slots']), 'slotToElicit': summary['slotToElicit']})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--endpoint', default=os.environ.get('AWS_ENDPOINT_URL', 'http://127.0.0.1:8470'))
    parser.add_argument('--user', default=f'visitor-{os.getpid()}')
    arguments = parser.parse_args()
    talk = Conversation(arguments.endpoint, arguments.user)
    talk.say('I want to order windows')
    talk.say('large')
    talk.say('What about curtains')
    label_windows(talk)
    talk.say('long')
    talk.say('sheer')
    back_to_windows(talk)
    return 0 if talk.say('sliding')['dialogState'] == 'ReadyForFulfillment' else 1


if __name__ == '__main__':
    raise SystemExit(main())
