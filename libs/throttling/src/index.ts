export { AddressRules } from './addresses/address-rules';
export { ClientBuckets } from './addresses/client-buckets';
export { ApiKeyDirectory, type StageAccess } from './api-keys/api-key-directory';
export { fingerprintOf, newApiKeyValue } from './api-keys/api-key-value';
export { type Bucket, type BucketScope } from './buckets/bucket';
export { BucketDirectory } from './buckets/bucket-directory';
export { RateGate } from './buckets/rate-gate';
export { RedisBucketStore } from './buckets/redis-bucket-store';
export { type Quota, type QuotaState } from './quotas/quota';
export { quotaAlerts } from './quotas/quota-alerts';
export { QuotaGate } from './quotas/quota-gate';
export { QuotaGrants, type PeriodState } from './quotas/quota-grants';
export { dayOf, periodStarts, startOfDay } from './quotas/quota-period';
export { RedisQuotaStore } from './quotas/redis-quota-store';
export { Throttle, type ThrottleRefusal } from './throttle';
export { dollarsText } from './usage/price';
export { UsageBuffer } from './usage/usage-buffer';
export { UsageReader } from './usage/usage-reader';
export {
  dayText,
  firstDayOfMonth,
  USAGE_GROUPS,
  usageReport,
  type UsageGroup,
  type UsageRow,
} from './usage/usage-report';
