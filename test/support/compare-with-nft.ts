import * as assert from 'uvu/assert';
import { rulesetMessages } from '../../openwrt/nft/encode-ruleset.ts';
import type { Ruleset } from '../../openwrt/nft/model.ts';
import { printNft } from '../../openwrt/nft/print-text.ts';
import { describeMessage, messagesOfNft, type SentMessage } from './nft.ts';

/** The messages of our encoder and those of nft for the same ruleset are the same, byte for byte. */
export function sendsWhatNftSends(ruleset: Ruleset): void {
  const ours: SentMessage[] = rulesetMessages(ruleset).map(({ type, body }) => ({
    type,
    body: Buffer.from(body).toString('hex'),
  }));
  const theirs = messagesOfNft(printNft(ruleset));
  for (const [index, message] of ours.entries()) {
    const other = theirs[index];
    if (other !== undefined && other.type === message.type && other.body === message.body) continue;
    assert.is(describeMessage(message), other && describeMessage(other), `message ${index}`);
  }
  assert.is(ours.length, theirs.length);
}
