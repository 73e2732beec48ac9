import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Settings } from '../config/settings.ts';
import type { EventLog } from '../log/event-log.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Scrubber } from '../storage/scrubber.ts';
import type { HttpCounters } from './http-counters.ts';
import type { RequestBody } from './request-body.ts';

/** What every handler may use. */
export interface Service {
  readonly settings: Settings;
  readonly store: ObjectStore;
  readonly scrubber: Scrubber;
  readonly counters: HttpCounters;
  readonly log: EventLog;
}

/** One request with its response. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
}

/** Answers with JSON; the text ends with a newline, so that a shell's prompt does not stick to it. */
export function answerJson(
  exchange: Exchange,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  answerText(exchange, status, `${JSON.stringify(value)}\n`, {
    'Content-Type': 'application/json',
    ...headers,
  });
}

/** Answers with a short text. Nothing but objects may be cached. */
export function answerText(
  exchange: Exchange,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  exchange.response.writeHead(status, {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': String(Buffer.byteLength(text)),
    ...headers,
  });
  exchange.response.end(text);
}
