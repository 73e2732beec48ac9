/**
 * Tells from a client's messages whether a fault may pass by itself: no connection, a cut one, a busy server. The clients have no better
 * signal than their (English, see clientEnvironment) words.
 */
export function isPassingFault(messages: string): boolean {
  return passing.some((pattern) => pattern.test(messages));
}

/** Whether the registry answered that it has no such thing. */
export function isGone(messages: string): boolean {
  return gone.some((pattern) => pattern.test(messages));
}

/** Whether the client itself found that the bytes are not those that the registry describes, or that we told it to expect. */
export function isCorrupt(messages: string): boolean {
  return corrupt.some((pattern) => pattern.test(messages));
}

const corrupt = [/Hash Sum mismatch/i, /\bEINTEGRITY\b/, /DO NOT MATCH THE HASHES|BadZipFile/i];

const passing = [
  // apt
  /Could not (resolve|connect)|Temporary failure resolving|Connection (failed|timed out|refused|reset)|Unable to connect/i,
  /Error reading from server|Undetermined Error|Bad header|Connection closed|unexpected size|Read error|timed? ?out/i,
  /^\s*(429|5\d\d)\s/m,
  /\s(429|5\d\d)\s+[A-Z]/,
  // npm
  /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|EPIPE|ERR_SOCKET_TIMEOUT|E(429|5\d\d)|Z_BUF_ERROR|ECONNABORTED|Invalid response body|socket hang up|network)\b/i,
  // pip
  /(connection (error|broken|aborted)|Max retries exceeded|NewConnectionError|ConnectTimeout|ReadTimeout|IncompleteRead|(429|5\d\d) (Server|Client) Error|HTTP error (429|5\d\d)|RemoteDisconnected|ProtocolError)/i,
];

const gone = [
  // apt
  /\s(404|410)\s+(Not Found|Gone)/i,
  // npm
  /\b(E404|E410|ETARGET)\b/,
  // pip
  /No matching distribution found|HTTP error (404|410)|(404|410) Client Error/i,
];
