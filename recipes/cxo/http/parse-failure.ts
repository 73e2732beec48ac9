import type { Duplex } from 'node:stream';
import { errorCode } from '../storage/file-system.ts';
import { Problem } from './problem.ts';

/** Answers what is no HTTP request, as far as it can be answered, and closes the connection. */
export function answerParseFailure(error: Error, socket: Duplex): void {
  const problem = parseProblem(errorCode(error));
  if (!socket.writable || problem === null) {
    socket.destroy();
    return;
  }
  const text = `${JSON.stringify(problem)}\n`;
  const reason = problem.status === 408 ? 'Request Timeout' : 'Bad Request';
  const lines = [
    `HTTP/1.1 ${problem.status} ${problem.status === 431 ? 'Request Header Fields Too Large' : reason}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}

function parseProblem(code: string): Problem | null {
  if (code === 'ECONNRESET' || code === 'EPIPE') return null;
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Problem(431, 'header-too-large', 'the header of the request is too large');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Problem(408, 'too-slow', 'the header of the request took too long');
  }
  return new Problem(400, 'malformed', 'this is no valid HTTP/1.1 request');
}
