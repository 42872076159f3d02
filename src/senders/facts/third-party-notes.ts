// Collections of notes on senders that several facts cite.

/** The third-party notes that several rows draw on; each note names the vendor's own pages. */
export const NOTES = "hookdeck/webhook-skills, providers.yaml @00ad8d05";
