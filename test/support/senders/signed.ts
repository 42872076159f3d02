// A delivery as a vendor's library sees it.
export interface Signed {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Empty where it is not there. */
export function header({ headers }: Signed, name: string): string {
  return headers[name] ?? "";
}
