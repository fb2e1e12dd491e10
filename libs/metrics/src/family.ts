/** One time series of a family. */
export interface Child {
  /** Lines of the exposition format for the series with these rendered labels. */
  render(name: string, labels: string): string;
}

/** A metric name with its label names, and one child per combination of label values. */
export class Family<C extends Child> {
  private readonly children = new Map<string, C>();

  constructor(
    readonly name: string,
    private readonly help: string,
    private readonly type: 'counter' | 'gauge' | 'histogram',
    private readonly labelNames: readonly string[],
    private readonly create: () => C,
  ) {}

  /** The child of these label values, in the order of the label names. Keep it where it is used often. */
  labels(...values: readonly string[]): C {
    if (values.length !== this.labelNames.length) {
      throw new Error(`${this.name} has the labels (${this.labelNames.join(', ')}), got ${values.length} values`);
    }
    const key = this.labelNames.map((label, index) => `${label}="${escapeLabel(values[index] as string)}"`).join(',');
    let child = this.children.get(key);
    if (child === undefined) {
      child = this.create();
      this.children.set(key, child);
    }
    return child;
  }

  /** Forgets every child with this value of the label, so that deleted routes and functions do not pile up. */
  remove(labelName: string, value: string): void {
    const part = `${labelName}="${escapeLabel(value)}"`;
    for (const key of this.children.keys()) {
      if (key === part || key.startsWith(`${part},`) || key.endsWith(`,${part}`) || key.includes(`,${part},`))
        this.children.delete(key);
    }
  }

  render(): string {
    if (this.children.size === 0) return '';
    let text = `# HELP ${this.name} ${this.help}\n# TYPE ${this.name} ${this.type}\n`;
    for (const [labels, child] of this.children) text += child.render(this.name, labels);
    return text;
  }
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
