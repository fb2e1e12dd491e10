import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';

/** PEM texts: the certificate with its chain, and its key. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** What keeps a pair from serving a domain (`*.` takes one label), or null. Says nothing of the texts themselves. */
export function certificateProblem({ cert, key }: CertificatePair, domain: string, nowMs: number): string | null {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    return 'the certificate is no PEM text of an X.509 certificate';
  }
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(key))) return 'the key is not the key of the certificate';
  } catch {
    return 'the key is no PEM text of a private key without a passphrase';
  }
  if (certificate.checkHost(domain.replace(/^\*/, 'any-label')) === undefined) {
    return `the certificate is not for ${domain}; it is for ${certificate.subjectAltName?.slice(0, 200) ?? 'nothing'}`;
  }
  if (Date.parse(certificate.validTo) < nowMs) return `the certificate expired on ${certificate.validTo}`;
  return null;
}

/** TLS 1.2 and 1.3 with this certificate. Throws where a certificate problem would say why. */
export function secureContext({ cert, key }: CertificatePair): SecureContext {
  return createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
}
