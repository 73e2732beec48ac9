import { createHash } from 'node:crypto';
import { certificateText } from '../../builder/identity/certificate-text.ts';
import { devicePublicKey } from '../../builder/identity/device-key.ts';
import type { SignedCertificate } from '../../builder/identity/identity-partition.ts';
import type { BatchCertificate, UnitIdentity } from '../../builder/identity/unit-identity.ts';
import type { SigningKey } from '../../builder/signature/keys.ts';
import { testSigner } from './test-signer.ts';

export const authority = testSigner('authority');
export const batchKey = testSigner('batch');
export const stranger = testSigner('stranger');

export const certificateOfTest: BatchCertificate = {
  manufacturer: 'Acme Boards & Sons',
  batch: '2026-11-a',
  serials: { prefix: 'ACME-', digits: 6, first: 1, last: 500 },
  release: '5d'.repeat(32),
  key: Buffer.from(batchKey.publicKey.bytes).toString('hex'),
};

const deviceSeed = createHash('sha256').update('a device of a test').digest('hex');

export const unitOfTest: UnitIdentity = {
  serial: 'ACME-000017',
  image: 'cxo-qemu-virt',
  devicePublicKey: devicePublicKey(deviceSeed),
  deviceSeed,
  mac: '52:54:00:77:03:01',
  cluster: 'skyminer-4',
  position: 'cxo-1',
  settings: { CXO_QUOTA_MIB: '100', GREETING: 'grüß dich = 100 %\n' },
  secrets: { API_TOKEN: 'very-secret-token' },
};

export function signedBy(
  key: SigningKey,
  certificate: BatchCertificate = certificateOfTest,
): SignedCertificate {
  const text = Buffer.from(certificateText(certificate), 'latin1');
  return { text, signature: key.sign(text) };
}
