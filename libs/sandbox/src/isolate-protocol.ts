/**
 * What the host and the guest prelude say to each other, and nothing else: the host enters through one function
 * (`enter(entry, …)`), the guest answers with `post(op, id, text, more)`: through the outbox where that has room, else through
 * one fire-and-forget callback. Primitives only.
 */

/** First argument of an entry. Every entry first empties the guest's list of events, so none of them can start twice. */
export const ENTRY = {
  /** wrapper function · function name · version · memory MB · environment JSON. Answered with `POST.loaded`. */
  load: 1,
  /** id · request id · timeout ms · event JSON, once per event; they run strictly one after another. */
  run: 2,
  /** id of the invocation whose timers are due. */
  fire: 3,
  /** id: nothing can wake this invocation any more; a callback-style handler is then answered `null`, as on AWS. */
  idle: 4,
} as const;

/** First argument of a post. Numbers below 16 are outcomes (`libs/contracts`): [outcome] id · result · log lines. */
export const POST = {
  /** id of its owner · ms from now: enter with `fire` then. Replaces any earlier one. */
  timer: 16,
  /** id (0 = while loading) · log lines. */
  log: 17,
  /** 0 · JSON `Loaded`. */
  loaded: 18,
} as const;

/**
 * Memory an isolate shares with its host: the guest lays down results and log lines there, and the host reads them when the entry is
 * over, or while it lasts too long, or when the isolate is no more. The callback wakes the host's thread for every post; at 30
 * events per entry that was 4 µs of each call.
 * Word 0 (u32) is where the records end, written after them. A record starts at a multiple of 4: u32 posts sent through the callback
 * before it · u32 op · u32 id · u32 bytes of its text · u32 bytes of its second text · u32 epoch ms (its lower half) · both texts, UTF-8.
 */
export const OUTBOX = {
  bytes: 32 * 1024,
  recordsAt: 4,
  recordHeaderBytes: 24,
  /** A longer text is cheaper through the callback. */
  textCharactersMax: 4 * 1024,
} as const;

export type Loaded =
  | { readonly kind: 'lambda'; /** Takes a third parameter. */ readonly callback: boolean }
  | { readonly kind: 'fetch' | 'none'; readonly exports: readonly string[] }
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string; readonly stack: string };

/** What stack frames of the uploaded bundle name; the supervisor maps them back to the uploaded files. */
export const BUNDLE_SCRIPT_NAME = 'file:///function.js';
/** What stack frames of the prelude name; they are taken out before anybody sees them. */
export const GUEST_SCRIPT_NAME = 'sluice:guest';
/** The global the prelude's boot function hides under until it runs. */
export const BOOT_NAME = '__sluice_boot';
/** The global that a bundle assigns its exports to. */
export const BUNDLE_EXPORTS_NAME = '__sluice_exports';
