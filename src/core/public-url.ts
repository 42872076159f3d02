// Completes a configured `publicUrl` to the URL that the sender signed for one request.
import { queryOf } from "./delivery.js";

/**
 * An origin gets the request's target. A full URL keeps its path and gets the request's query, also where it has a query
 * of its own: its own query counts only where the request has none, behind a proxy that strips it. So no part of a
 * request's query counts as signed unless it is part of the URL. Strings are joined and not parsed, since `new URL` changes
 * what the sender signed.
 */
export function urlCompleter(publicUrl: string): (target: string) => string {
  if (/^https?:\/\/[^/?#]+\/?$/.test(publicUrl)) {
    const origin = publicUrl.endsWith("/") ? publicUrl.slice(0, -1) : publicUrl;
    return (target) => origin + target;
  }
  const [withoutQuery] = publicUrl.split("?", 1) as [string];
  return (target) => {
    const query = queryOf(target);
    return query === undefined ? publicUrl : `${withoutQuery}?${query}`;
  };
}
