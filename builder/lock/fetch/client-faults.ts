/**
 * The clients have no better signal than their (English, see clientEnvironment) words.
 * gone: the registry answered that it has no such thing. passing: no connection, a cut one, a busy server.
 * corrupt: the client itself found bytes that are not what the registry describes, or what it was told to expect.
 */
export type Fault = 'gone' | 'passing' | 'refused' | 'corrupt';

export interface FaultWords {
  readonly corrupt: RegExp;
  readonly passing: RegExp;
  readonly gone: RegExp;
  /** Lines that a person should see. */
  readonly telling: RegExp;
}

export const aptFaults: FaultWords = {
  corrupt: /Hash Sum mismatch|unexpected size/i,
  passing:
    /Could not (resolve|connect)|Temporary failure|Connection (failed|timed out|refused|reset|closed)|Unable to connect|Error reading from server|Undetermined Error|Bad header|\s(408|429|5\d\d)\s+[A-Z]/i,
  gone: /\s(404|410)\s+(Not Found|Gone)/i,
  telling: /^E: (?!Download Failed)/,
};

export const npmFaults: FaultWords = {
  corrupt: /\bEINTEGRITY\b/,
  passing:
    /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|EPIPE|ERR_SOCKET_TIMEOUT|E408|E429|E5\d\d|socket hang up|Premature close|aborted)\b/i,
  gone: /\b(E404|E410|ETARGET)\b/,
  telling: /^npm (error|ERR!)(?! A complete log)/,
};

/** pip says that nothing matches also when it could not ask; only with -vv it says which. */
export const pipFaults: FaultWords = {
  corrupt: /DO NOT MATCH THE HASHES|BadZipFile/,
  passing:
    /connection (error|broken|aborted)|Max retries exceeded|NewConnectionError|ConnectTimeout|Read ?Timeout|timed out|IncompleteRead|(408|429) Client Error|5\d\d Server Error|HTTP error (408|429|5\d\d)|RemoteDisconnected|ProtocolError/i,
  gone: /No matching distribution found|HTTP error (404|410)|(404|410) Client Error/i,
  telling: /^(ERROR:|Could not fetch URL|\s+(Expected|Got) )/,
};

/** What a client's messages say went wrong. In doubt not `gone`: that would renew a pin that is still there. */
export function faultOf(messages: string, words: FaultWords): Fault {
  if (words.corrupt.test(messages)) return 'corrupt';
  if (words.passing.test(messages)) return 'passing';
  return words.gone.test(messages) ? 'gone' : 'refused';
}
