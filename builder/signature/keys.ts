/** An Ed25519 public key with the number that minisign gives it. */
export interface PublicKey {
  /** 16 upper-case hex digits, as `minisign` prints it (its eight bytes read as a little-endian number). */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** A key that signs. Lives in memory alone; it has no `toJSON` that shows its seed. */
export interface SigningKey {
  readonly publicKey: PublicKey;
  /**
   * Ed25519 over the BLAKE2b-512 hash of the message, as minisign's prehashed signatures (`ED`) are.
   * @returns 64 bytes
   */
  sign(message: Uint8Array): Uint8Array;
  /**
   * Ed25519 over the bytes themselves, as minisign signs a signature together with its trusted comment.
   * @returns 64 bytes
   */
  signUnhashed(bytes: Uint8Array): Uint8Array;
}
