/** What a verification finds, and how far it has come. */

/** One thing that is not as the service left it. */
export interface Finding {
  code:
    | 'change-altered'
    | 'change-inserted'
    | 'change-missing'
    | 'change-unfit'
    | 'record-differs'
    | 'record-missing'
    | 'record-without-changes'
    | 'derived-differs'
    | 'past-differs'
    | 'seal-altered'
    | 'seal-missing'
    | 'signature-wrong';
  /** What is wrong, in a sentence. */
  detail: string;
  sealNo?: number;
  /** Position in the log. */
  position?: number;
  resource?: string;
  resourceId?: string;
  columns?: string[];
}

/** Gathers findings: all are counted, the first are kept. */
export class Findings {
  readonly first: Finding[] = [];
  readonly #most: number;
  count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(finding: Finding): void {
    this.count += 1;
    if (this.first.length < this.#most) this.first.push(finding);
  }
}
