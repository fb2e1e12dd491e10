import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A self-signed P-256 certificate for a name, as PEM: X.509 v3 (RFC 5280), written in DER by hand because Node only reads certificates. */
export function selfSignedCertificate(
  dnsName: string,
  { notAfter = new Date(Date.now() + 24 * 3_600_000) }: { notAfter?: Date } = {},
): { cert: string; key: string; fingerprint: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
  const name = sequence(tlv(0x31, sequence(Buffer.from('0603550403', 'hex'), tlv(0x0c, Buffer.from(dnsName)))));
  const alternativeName = sequence(
    Buffer.from('0603551d11', 'hex'),
    tlv(0x04, sequence(tlv(0x82, Buffer.from(dnsName)))),
  );
  const certified = sequence(
    tlv(0xa0, Buffer.from('020102', 'hex')),
    tlv(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name,
    sequence(time(new Date(notAfter.getTime() - 48 * 3_600_000)), time(notAfter)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    tlv(0xa3, sequence(alternativeName)),
  );
  const signature = tlv(0x03, Buffer.concat([Buffer.of(0), sign('sha256', certified, privateKey)]));
  const der = sequence(certified, algorithm, signature);
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    fingerprint: createHash('sha256').update(der).digest('hex'),
  };
}

function tlv(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length = content.length;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...header]), content]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return tlv(0x30, ...contents);
}

/** UTCTime: the years of tests are well before 2050. */
function time(date: Date): Buffer {
  return tlv(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}
