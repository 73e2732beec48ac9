/** Numbers of the NBD protocol (doc/proto.md of the nbd project): fixed newstyle negotiation and simple replies. */
export const nbd = {
  serverMagic: Buffer.from('NBDMAGIC', 'latin1'),
  optionMagic: Buffer.from('IHAVEOPT', 'latin1'),
  optionReplyMagic: 0x0003e889045565a9n,
  requestMagic: 0x25609513,
  replyMagic: 0x67446698,
  /** NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES */
  handshakeFlags: 3,
  option: { exportName: 1, abort: 2, info: 6, go: 7 },
  reply: { ack: 1, info: 3, unsupported: 0x80000001 },
  infoExport: 0,
  /** NBD_FLAG_HAS_FLAGS | NBD_FLAG_SEND_FLUSH | NBD_FLAG_SEND_FUA */
  transmissionFlags: 1 | 4 | 8,
  command: { read: 0, write: 1, disconnect: 2, flush: 3 },
  commandFlagFua: 1,
  errorInvalid: 22,
} as const;
