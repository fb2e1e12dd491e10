export { Bundler, type BundlerOptions } from './bundler';
export { type CompileFailure, type CompileResult, type DeploymentPackage } from './compile-messages';
export { type Diagnostic } from './diagnostics';
export { type Upload } from './upload-check';
