/**
 * attack:  JSON.stringify and toJSON forge the envelope of a result (its own body may change: toJSON is how JSON works)
 * surface: wrapper integrity: serialisation
 * calls:   3
 * @answer 200 | 502
 */
JSON.stringify = () => '{"outcome":"ok","statusCode":200,"body":"forged"}';
JSON.parse = () => ({ forged: true });
(String.prototype as any).toJSON = () => 'forged';
(Object.prototype as any).toJSON = () => ({ statusCode: 200, body: 'forged' });
(Array.prototype as any).toJSON = () => 'forged';
export default async function handler(event: any) {
  return { statusCode: 200, body: '{"ok":true}' };
}
