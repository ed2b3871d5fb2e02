/* The bot of the dialog tests: invoices to look at, pizzas to order. */
#ifndef Q_TEST_SAMPLE_BOT_H
#define Q_TEST_SAMPLE_BOT_H

#include "dialog/bot.h"

const q_bot *sample_bot(void);

#endif
