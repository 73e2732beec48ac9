import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A key pair as usign has it. */
export class UsignKey {
  readonly #id: Buffer;
  readonly #private: KeyObject;
  /** Text of the public key's file. */
  readonly publicKey: string;

  /** @param id 8 bytes; random ones if left out */
  constructor(id: Buffer = randomBytes(8)) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const point = Buffer.from((publicKey.export({ format: 'jwk' }) as { x: string }).x, 'base64url');
    this.#id = id;
    this.#private = privateKey;
    this.publicKey = usignText('public key', Buffer.concat([Buffer.from('Ed'), id, point]));
  }

  get id(): Buffer {
    return this.#id;
  }

  /** Text of the `.sig` file. */
  sign(content: Uint8Array): string {
    const signature = sign(null, content, this.#private);
    return usignText('signed by test', Buffer.concat([Buffer.from('Ed'), this.#id, signature]));
  }
}

/** usign's two lines. */
export function usignText(comment: string, bytes: Uint8Array): string {
  return `untrusted comment: ${comment}\n${Buffer.from(bytes).toString('base64')}\n`;
}
