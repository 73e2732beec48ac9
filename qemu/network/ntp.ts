export const ntpPort = 123;
/** Seconds from 1900, where NTP begins to count, to 1970. */
const epochOffset = 2_208_988_800;
const length = 48;

/** The answer of a server of stratum 2 (RFC 5905) to a client's packet; null for what is none. @param seconds Unix time */
export function ntpAnswer(asked: Buffer, seconds: number): Buffer | null {
  if (asked.length < length || (asked[0]! & 7) !== 3) return null;
  const version = (asked[0]! >> 3) & 7;
  const answer = Buffer.alloc(length);
  answer[0] = (version << 3) | 4;
  answer[1] = 2;
  answer[2] = asked[2]!;
  answer[3] = 0xec;
  // Originate: what the client sent, so that it knows its own question.
  asked.copy(answer, 24, 40, 48);
  for (const at of [16, 32, 40]) answer.writeUInt32BE((seconds + epochOffset) >>> 0, at);
  return answer;
}

/** A client's question. */
export function ntpQuestion(): Buffer {
  const question = Buffer.alloc(length);
  question[0] = (4 << 3) | 3;
  question.writeUInt32BE(0x5eed, 40);
  return question;
}

/** Unix time that an answer tells, or null for what is no answer. */
export function ntpTime(answer: Buffer): number | null {
  if (answer.length < length || (answer[0]! & 7) !== 4) return null;
  return answer.readUInt32BE(40) - epochOffset;
}
