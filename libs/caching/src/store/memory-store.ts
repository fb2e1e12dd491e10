import { type StoredResponse } from './stored-response';

interface Node {
  readonly response: StoredResponse;
  /** Used since the hand last passed. */
  visited: boolean;
  newer: Node | null;
  older: Node | null;
}

/**
 * Answers in this process, bounded by bytes. Evicts by SIEVE (Zhang et al., NSDI 2024): a hit only sets a flag, so finding costs one look-up and
 * moves nothing; a hand that walks from the oldest to the newest takes the first entry that was not used since it last passed.
 */
export class MemoryStore {
  private readonly nodes = new Map<string, Node>();
  private readonly groups = new Map<string, Set<Node>>();
  private newest: Node | null = null;
  private oldest: Node | null = null;
  private hand: Node | null = null;
  private heldBytes = 0;

  constructor(private readonly bytesMax: number) {}

  get bytes(): number {
    return this.heldBytes;
  }

  get size(): number {
    return this.nodes.size;
  }

  /** The answer of a key, fresh or in its stale time; null when there is none. */
  find(key: string, nowMs: number): StoredResponse | null {
    const node = this.nodes.get(key);
    if (node === undefined) return null;
    if (nowMs >= node.response.staleUntilMs) {
      this.unlink(node);
      return null;
    }
    node.visited = true;
    return node.response;
  }

  /** Takes the place of an answer of the same key. One that is larger than the whole store is not kept. */
  put(response: StoredResponse): void {
    const { key, group } = response.slot;
    const present = this.nodes.get(key);
    if (present !== undefined) this.unlink(present);
    if (response.bytes > this.bytesMax) return;
    while (this.heldBytes + response.bytes > this.bytesMax) this.evict();
    const node: Node = { response, visited: false, newer: null, older: this.newest };
    if (this.newest !== null) this.newest.newer = node;
    this.newest = node;
    this.oldest ??= node;
    this.nodes.set(key, node);
    const members = this.groups.get(group);
    if (members === undefined) this.groups.set(group, new Set([node]));
    else members.add(node);
    this.heldBytes += response.bytes;
  }

  /** Drops the answer that Redis knows by this field. */
  removeField(group: string, field: string): void {
    for (const node of this.groups.get(group) ?? []) if (node.response.slot.field === field) this.unlink(node);
  }

  /** Drops every answer of a path. */
  removeGroup(group: string): void {
    for (const node of this.groups.get(group) ?? []) this.unlink(node);
  }

  removeWhere(condition: (response: StoredResponse) => boolean): void {
    for (const node of this.nodes.values()) if (condition(node.response)) this.unlink(node);
  }

  clear(): void {
    this.nodes.clear();
    this.groups.clear();
    this.newest = this.oldest = this.hand = null;
    this.heldBytes = 0;
  }

  private evict(): void {
    let node = this.hand ?? this.oldest;
    while (node !== null && node.visited) {
      node.visited = false;
      node = node.newer ?? this.oldest;
    }
    if (node === null) return;
    this.hand = node.newer;
    this.unlink(node);
  }

  private unlink(node: Node): void {
    const { newer, older, response } = node;
    if (this.hand === node) this.hand = newer;
    if (newer === null) this.newest = older;
    else newer.older = older;
    if (older === null) this.oldest = newer;
    else older.newer = newer;
    this.nodes.delete(response.slot.key);
    const members = this.groups.get(response.slot.group);
    members?.delete(node);
    if (members?.size === 0) this.groups.delete(response.slot.group);
    this.heldBytes -= response.bytes;
  }
}
