// Parses `Link` headers for the next page (RFC 8288).

/** The target of the link with that relation; `undefined` where there is no such link. */
export function linkTo(relation: string, headers: Headers): string | undefined {
  for (const part of (headers.get("link") ?? "").split(/,(?=\s*<)/)) {
    const [, target, parameters = ""] = /^\s*<([^>]*)>(.*)$/s.exec(part) ?? [];
    const [, quoted, bare] = /;\s*rel=(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters) ?? [];
    if (target !== undefined && (quoted ?? bare ?? "").split(/\s+/).includes(relation)) return target;
  }
  return undefined;
}
