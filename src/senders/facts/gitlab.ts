// GitLab: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const gitlab: SenderFacts = {
  title: "GitLab",
  credential:
    "project or group → Settings → Webhooks. Newer versions have a *signing token* (`whsec_…`): give it as `secret`. All have a *secret token*, which comes as it is in `X-Gitlab-Token`: give it as `token`. With both, either is enough; that is for the days while you change over, for it is as weak as the token. An option that is named and not set throws, so a missing variable never leaves the weaker proof alone.",
  proof:
    "with `secret` as [Standard Webhooks](standard-webhooks.md): `webhook-signature: v1,<base64>` over `<webhook-id>.<webhook-timestamp>.<body>`. With `token`: `X-Gitlab-Token: <token>`, which binds **nothing**: anyone who learns the token can send anything, and a copy of a delivery looks like a new one once its id is changed.",
  exampleType: "merge_request",
  events:
    "type: the body's `object_kind` (`push`, `merge_request`, `pipeline`), or `event_name` of system hooks. Id: `webhook-id`, which equals `Idempotency-Key`, the same when sent again by hand. GitLab before 17.4 has neither, and its events are not deduped: `X-Gitlab-Event-UUID` is shared by webhooks that set each other off, so it would swallow events.",
  retries:
    "Not automatically, only by hand. Whatever the status, four failures in a row disable the webhook for a minute, and longer with each further one up to a day; 40 disable it permanently. While the dedupe store is down events are handled without it.",
  notes: ["gitlab.com publishes its addresses in its documentation, not as a list to load."],
  oracle: { kind: "library", source: "standardwebhooks" },
  sources: [
    "gitlab.com/gitlab-org/gitlab, merge requests 160952 (`Idempotency-Key`), 230944 and 231325 (signing token, behind the feature flag `webhook_signing_token` at first)",
    "gitlab.com/gitlab-org/gitlab, issue 462719 (failures disable the webhook)",
    "gitlab.com/cki-project/cki-tools, webhook_receiver/receiver.py (10 s, from the documentation of gitlab.com's limits)",
    "no vector is published",
    "docs.gitlab.com, other limits of GitLab.com: 10 seconds, and an administrator's setting elsewhere",
    "github.com/gitlabhq/gitlabhq@017a6c129d, app/models/concerns/web_hooks/auto_disabling.rb: 4 and 40 failures",
  ],
  unconfirmed: ["that `X-Gitlab-Event-UUID` is shared", "where gitlab.com's addresses are"],
};
