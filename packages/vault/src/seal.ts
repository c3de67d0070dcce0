import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

import { AppError } from '@plugboard/contracts';

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + nonceBytes;

/** version (1 byte) ‖ nonce (12) ‖ ciphertext ‖ tag (16); the version is authenticated too. */
export function seal(key: KeyObject, identity: readonly string[], plaintext: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(identity));
  return Buffer.concat([
    Buffer.of(version),
    nonce,
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/** Throws `AppError('internal')` that tells nothing of the content, the key or the identity. */
export function open(key: KeyObject, identity: readonly string[], sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < headerBytes + tagBytes) throw cannotOpen('it is too short');
  if (bytes[0] !== version) throw cannotOpen('its format is of another version of Plugboard');
  const nonce = bytes.subarray(1, headerBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(boundTo(identity));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const plaintext = decipher.update(bytes.subarray(headerBytes, -tagBytes));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw cannotOpen('it was changed, moved, or sealed with another key');
  }
  return plaintext;
}

/** JSON keeps the parts apart: ["a","b"] and ["a,b"] differ. */
function boundTo(identity: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify([version, ...identity]));
}

function cannotOpen(why: string): AppError {
  return new AppError('internal', `A sealed value does not open: ${why}.`);
}
