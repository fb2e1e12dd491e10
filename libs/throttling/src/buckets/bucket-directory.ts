import { type ThrottleSettings } from '@sluice/contracts';
import { Bucket, type BucketScope } from './bucket';

/**
 * One object per shared bucket, so that all routes of a stage know what any of them learned. Holds nothing alive:
 * a bucket goes when the last route or key that uses it does.
 */
export class BucketDirectory {
  private readonly buckets = new Map<string, WeakRef<Bucket>>();
  private readonly gone = new FinalizationRegistry<string>((key) => {
    if (this.buckets.get(key)?.deref() === undefined) this.buckets.delete(key);
  });

  /** The bucket of that name; a new one where its limits have changed. */
  of(scope: BucketScope, parts: readonly string[], limits: ThrottleSettings): Bucket {
    const made = new Bucket(scope, parts, limits);
    const present = this.buckets.get(made.key)?.deref();
    if (present?.limits.rate === limits.rate && present.limits.burst === limits.burst) return present;
    this.buckets.set(made.key, new WeakRef(made));
    this.gone.register(made, made.key);
    return made;
  }
}
