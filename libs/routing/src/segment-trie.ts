import { type RouteSegment } from './route-key';

/** The route of one method on a path, and the next one on the same path; `ANY` comes last. */
export interface Leaf<R> {
  readonly kind: 'leaf';
  /** What is left of the path below the branch that holds the leaf; the trie fills it in. */
  tail: readonly Pattern[];
  readonly method: string;
  readonly route: R;
  /** Of its variables, in path order. */
  readonly names: readonly string[];
  next: Leaf<R> | null;
}

/** All routes of one path, given to `SegmentTrie` together. */
export interface PathEntry<R> {
  readonly segments: readonly RouteSegment[];
  readonly routes: Leaf<R>;
}

/** What the segments of a path are matched with: a static text, or one of these two. */
const VARIABLE = 1;
const GREEDY = 2;
type Pattern = string | typeof VARIABLE | typeof GREEDY;

/**
 * Where only one path is left there are no more branches, but its first leaf with the rest of the path as `tail`.
 * What a match touches decides its cost among ten thousand routes, since memory that is not in the processor's cache is
 * slower than all the rest; so tails are shared between paths that end alike, and a single static child is held inline.
 */
type TrieNode<R> = Branch<R> | Leaf<R>;

interface Branch<R> {
  readonly kind: 'branch';
  /** Of the path that ends here. */
  routes: Leaf<R> | null;
  onlyText: string | null;
  onlyChild: TrieNode<R> | null;
  statics: Map<string, TrieNode<R>> | null;
  variable: TrieNode<R> | null;
  /** Of the path whose greedy variable starts here. */
  greedy: Leaf<R> | null;
}

/** The best route of a path that `accepts` it; `values` of its variables are then `value(0)`, `value(1)` … in path order. */
export class SegmentTrie<R> {
  readonly #tails = new Map<string, readonly Pattern[]>();
  readonly #root: TrieNode<R>;
  readonly #hasGreedy: boolean;
  // Of the search under way. It is synchronous, so one set of fields serves every search without an allocation.
  readonly #valueStarts: number[] = [];
  readonly #valueEnds: number[] = [];
  #path = '';
  #method = '';
  #anyMethod = true;
  #greedy = false;
  #pathKnown = false;

  constructor(entries: readonly PathEntry<R>[]) {
    this.#root = this.#build(entries, 0);
    this.#hasGreedy = entries.some(({ segments }) => segments.at(-1)?.kind === 'greedy');
  }

  /** True when the last search found the path but not the method. */
  get pathKnown(): boolean {
    return this.#pathKnown;
  }

  /** Full matches first, then greedy ones; `anyMethod` says whether `ANY` covers the method. */
  search(method: string, path: string, anyMethod: boolean): Leaf<R> | null {
    this.#path = path;
    this.#method = method;
    this.#anyMethod = anyMethod;
    this.#pathKnown = false;
    this.#greedy = false;
    const full = this.#descend(this.#root, 0, 0);
    if (full || !this.#hasGreedy) return full;
    this.#greedy = true;
    return this.#descend(this.#root, 0, 0);
  }

  value(variable: number): string {
    return this.#path.slice(this.#valueStarts[variable], this.#valueEnds[variable]);
  }

  #build(entries: readonly PathEntry<R>[], depth: number): TrieNode<R> {
    const [only] = entries;
    if (only && entries.length === 1) {
      only.routes.tail = this.#tail(only.segments.slice(depth));
      return only.routes;
    }
    const node: Branch<R> = {
      kind: 'branch',
      routes: null,
      onlyText: null,
      onlyChild: null,
      statics: null,
      variable: null,
      greedy: null,
    };
    const byText = new Map<string, PathEntry<R>[]>();
    const variable: PathEntry<R>[] = [];
    for (const entry of entries) {
      const segment = entry.segments[depth];
      if (!segment) node.routes = entry.routes;
      else if (segment.kind === 'greedy') node.greedy = entry.routes;
      else if (segment.kind === 'variable') variable.push(entry);
      else {
        const group = byText.get(segment.text);
        if (group) group.push(entry);
        else byText.set(segment.text, [entry]);
      }
    }
    if (variable.length > 0) node.variable = this.#build(variable, depth + 1);
    const children = [...byText].map(([text, group]) => [text, this.#build(group, depth + 1)] as const);
    const [child] = children;
    if (children.length > 1) node.statics = new Map(children);
    else if (child) [node.onlyText, node.onlyChild] = child;
    return node;
  }

  #tail(segments: readonly RouteSegment[]): readonly Pattern[] {
    const patterns = segments.map((segment) =>
      segment.kind === 'static' ? segment.text : segment.kind === 'variable' ? VARIABLE : GREEDY,
    );
    const key = JSON.stringify(patterns);
    const tail = this.#tails.get(key) ?? patterns;
    this.#tails.set(key, tail);
    return tail;
  }

  /**
   * The best route under `node`, which everything before the slash at `slash` has led to; below zero: the whole path has.
   * What lies deeper is better, so a node's own greedy route comes after all that its children have.
   */
  #descend(node: TrieNode<R>, slash: number, variables: number): Leaf<R> | null {
    if (node.kind === 'leaf') return this.#followTail(node, slash, variables);
    if (slash < 0) return this.#greedy || !node.routes ? null : this.#accept(node.routes);
    const path = this.#path;
    const start = slash + 1;
    const nextSlash = path.indexOf('/', start);
    const end = nextSlash < 0 ? path.length : nextSlash;
    const child = this.#staticChild(node, start, end);
    if (child) {
      const found = this.#descend(child, nextSlash, variables);
      if (found) return found;
    }
    if (node.variable && end > start) {
      this.#bind(variables, start, end);
      const found = this.#descend(node.variable, nextSlash, variables + 1);
      if (found) return found;
    }
    if (!this.#greedy || !node.greedy || start >= path.length) return null;
    this.#bind(variables, start, path.length);
    return this.#accept(node.greedy);
  }

  #followTail(routes: Leaf<R>, slash: number, variables: number): Leaf<R> | null {
    const path = this.#path;
    const { tail } = routes;
    for (let i = 0; i < tail.length; i++) {
      const pattern = tail[i];
      if (slash < 0 || pattern === undefined) return null;
      const start = slash + 1;
      if (pattern === GREEDY) {
        if (!this.#greedy || start >= path.length) return null;
        this.#bind(variables, start, path.length);
        return this.#accept(routes);
      }
      slash = path.indexOf('/', start);
      const end = slash < 0 ? path.length : slash;
      if (pattern === VARIABLE) {
        if (end === start) return null;
        this.#bind(variables++, start, end);
      } else if (end - start !== pattern.length || !path.startsWith(pattern, start)) return null;
    }
    return slash >= 0 || this.#greedy ? null : this.#accept(routes);
  }

  #staticChild(node: Branch<R>, start: number, end: number): TrieNode<R> | null {
    if (node.statics) return node.statics.get(this.#path.slice(start, end)) ?? null;
    const { onlyText } = node;
    if (onlyText === null || end - start !== onlyText.length) return null;
    return this.#path.startsWith(onlyText, start) ? node.onlyChild : null;
  }

  #bind(variable: number, start: number, end: number): void {
    this.#valueStarts[variable] = start;
    this.#valueEnds[variable] = end;
  }

  #accept(routes: Leaf<R>): Leaf<R> | null {
    for (let leaf: Leaf<R> | null = routes; leaf; leaf = leaf.next) {
      if (leaf.method === this.#method || (leaf.method === 'ANY' && this.#anyMethod)) return leaf;
    }
    this.#pathKnown = true;
    return null;
  }
}
