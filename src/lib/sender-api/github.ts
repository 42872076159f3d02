// The client of GitHub's API.
import { type ApiOptions, SenderApi } from "./client.js";

/** The version of the API, which is a date. */
const API_VERSION = "2022-11-28";

/** @param token - `undefined` where each call has its own. */
export function githubApi(token: string | undefined, options: ApiOptions): SenderApi {
  return new SenderApi({
    sender: "GitHub",
    baseUrl: "https://api.github.com",
    headers: {
      accept: "application/vnd.github+json",
      "x-github-api-version": API_VERSION,
      "user-agent": "hookgate",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    secrets: [token],
    options,
  });
}
