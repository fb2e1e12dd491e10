/**
 * Redis Cluster's hash slot of a key: CRC16 (XMODEM) of the key, or of its hash tag, modulo 16384.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
 */
export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of Buffer.from(hashedPartOf(key))) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc % 16_384;
}

/** Throws when the keys of one script could live on different nodes of a cluster. */
export function assertOneSlot(keys: readonly string[]): void {
  const [first, ...others] = keys;
  if (first === undefined) return;
  // Equal tags are equal slots; only different ones are worth the checksum.
  const tag = hashedPartOf(first);
  const stray = others.find((key) => hashedPartOf(key) !== tag && slotOf(key) !== slotOf(first));
  if (stray !== undefined) throw new Error(`"${stray}" is in another slot than "${first}": give both one hash tag`);
}

/** The first non-empty `{…}` of the key, or all of it. */
function hashedPartOf(key: string): string {
  const open = key.indexOf('{');
  const close = open === -1 ? -1 : key.indexOf('}', open + 1);
  return close > open + 1 ? key.slice(open + 1, close) : key;
}
