// The test pane: a conversation with $LATEST, beside the forms.

import { clearBubbles } from './bubbles.js';
import { endTalk, startTalk } from './conversation.js';
import { byId } from './dom.js';
import { showSession } from './inspector.js';
import { LATEST } from './models.js';
import { newUser } from './session.js';

/** @typedef {import('./session.js').Saved} Saved */

const pane = byId('trial', HTMLElement);
const facts = byId('facts', HTMLElement);
const opener = byId('test', HTMLButtonElement);

/** @type {{ session: Saved, client: import('./client.js').Client, bot: string } | null} */
let open = null;

function begin() {
  if (!open) return;
  const { client, bot, session } = open;
  const talk = {
    ...session,
    place: { ...session.place, bot, alias: LATEST },
    user: newUser(),
    messages: [],
    last: undefined,
  };
  endTalk();
  clearBubbles();
  showSession(facts, null, null);
  startTalk({
    session: talk,
    client,
    keep: () => {},
    openSettings: () => {},
    answered: () => showSession(facts, talk.last ?? null, null),
  });
}

/** @param {Saved} session @param {import('./client.js').Client} client @param {string} bot */
export function openTrial(session, client, bot) {
  open = { session, client, bot };
  pane.hidden = false;
  opener.setAttribute('aria-expanded', 'true');
  begin();
}

export function closeTrial() {
  open = null;
  endTalk();
  pane.hidden = true;
  opener.setAttribute('aria-expanded', 'false');
}

byId('trial-over', HTMLElement).addEventListener('click', begin);
byId('trial-close', HTMLElement).addEventListener('click', () => {
  closeTrial();
  opener.focus();
});
