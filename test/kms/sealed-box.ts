import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What a service does inside: AES-256-GCM with its context authenticated. */
export class SealedBox {
  readonly #key = randomBytes(32);

  seal(plain: Buffer, context: string): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: 16 });
    cipher.setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Undefined for what it did not seal, or for another context. */
  open(sealed: Buffer, context: string): Buffer | undefined {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, 12), {
        authTagLength: 16,
      });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
    } catch {
      return undefined;
    }
  }
}

/** How a service behaves, for tests to change. */
export interface Behaviour {
  mode: 'works' | 'denies' | 'hangs' | 'disabled' | 'no such key' | 'broken' | 'redirects' | 'lies';
}
