export { canonicalJson } from './canonical-json';
export { packageSha256, type DeploymentPackage } from './deployment-package';
export { addVersion, nextVersionNumber, resolveVersion, type AddedVersion } from './function-versions';
export { revisionId } from './revision-id';
export { RevisionStore, type PackageSource, type StagedRevision } from './revision-store';
