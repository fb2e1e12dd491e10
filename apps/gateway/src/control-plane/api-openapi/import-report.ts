/** What an import has to say about one place of the document. Errors refuse it, warnings tell of a difference to AWS or to what was meant. */
export interface ImportFinding {
  readonly severity: 'error' | 'warning' | 'info';
  /** `paths./pets/{id}.get.security` */
  readonly path: string;
  readonly message: string;
}

/** Findings of one import, in the order of the document; a bounded number, so that a bad document is not answered with a worse one. */
export class ImportReport {
  private readonly all: ImportFinding[] = [];
  private errorCount = 0;
  private warningCount = 0;

  error(path: string, message: string): void {
    this.errorCount++;
    this.add({ severity: 'error', path, message });
  }

  warning(path: string, message: string): void {
    this.warningCount++;
    this.add({ severity: 'warning', path, message });
  }

  info(path: string, message: string): void {
    this.add({ severity: 'info', path, message });
  }

  get findings(): readonly ImportFinding[] {
    return this.all;
  }

  get errors(): number {
    return this.errorCount;
  }

  get warnings(): number {
    return this.warningCount;
  }

  private add(finding: ImportFinding): void {
    if (this.all.length < FINDINGS_MAX) this.all.push({ ...finding, path: finding.path.slice(0, PATH_CHARS_MAX) });
  }
}

const FINDINGS_MAX = 500;
const PATH_CHARS_MAX = 300;
